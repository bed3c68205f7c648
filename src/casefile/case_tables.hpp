// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Every table of a case, once: for copying a case from one store to another.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "casefile/database.hpp"
#include "rempart/core/result.hpp"

namespace rempart::casefile {

struct CaseTable {
    std::string_view name;
    std::string_view order; ///< Columns that number its rows, comma-separated: the primary key.
};

/// In the order of foreign keys: a row names only rows of tables before its own, or before it.
[[nodiscard]] std::span<const CaseTable> case_tables() noexcept;

/// Tables that hold nothing of their own: the word index with its progress, made anew by the next
/// search; the index of digests and the tallies, made anew by copy_rows(); the names of the files
/// that lists are compiled into, made anew when they are asked; and the steps of the schema, which
/// each store takes itself. Of SQLite's word index every table whose name begins with one of those
/// that end in "_words".
[[nodiscard]] std::span<const std::string_view> derived_tables() noexcept;

struct TableColumn {
    std::string name;
    ValueKind kind{};
};
/// In their order. \return `integrity` for a type that no table of a case has.
[[nodiscard]] Result<std::vector<TableColumn>> columns_of(Database& database,
                                                          std::string_view table);

/// Copies every row of case_tables() as it is, with its number, into a case with the same schema
/// and no rows; new rows are then numbered behind them. Reads one state of `from`; holds some
/// megabytes in memory.
/// \pre `to` is within a transaction.
[[nodiscard]] Result<void> copy_rows(Database& from, Database& to);

} // namespace rempart::casefile
