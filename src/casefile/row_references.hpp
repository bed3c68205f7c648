// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// References between the tables that an ingest fills. SQLite keeps them row by row. PostgreSQL
/// would ask one query for each row and lock the row that is named, which takes longer than storing
/// it: there the writer alone keeps them, and Case::check() finds what breaks one.

#include <span>
#include <string_view>

#include "casefile/database.hpp"
#include "rempart/core/result.hpp"

namespace rempart::casefile {

/// A row of `table` whose `columns` are not null names the row of `parent` with the same
/// `parent_columns`. Several columns are comma-separated.
struct RowReference {
    std::string_view table, columns, parent, parent_columns;
};

/// Those that PostgreSQL does not keep by itself.
[[nodiscard]] std::span<const RowReference> unkept_references() noexcept;

/// \return `integrity` naming the first table with a row that names a missing one.
[[nodiscard]] Result<void> check_references(Database& database);

} // namespace rempart::casefile
