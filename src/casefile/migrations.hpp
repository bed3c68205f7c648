// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The numbered steps that make an empty database a case, and an older case a newer one.

#include <span>
#include <string_view>

#include "casefile/database.hpp"
#include "rempart/core/result.hpp"

namespace rempart::casefile {

/// Step number n (from 1) leads from schema version n - 1 to n. A released step never changes.
struct Migration {
    std::string_view name;
    const char* sql;                ///< In SQLite's spelling; PostgreSQL's is made from it.
    const char* sqlite_only = "";   ///< What follows in SQLite alone,
    const char* postgres_only = ""; ///< and in PostgreSQL alone.
};

/// Every step that this program knows, in order.
[[nodiscard]] std::span<const Migration> migrations() noexcept;

/// The schema version of the file; 0 if it holds no case.
[[nodiscard]] Result<int> schema_version(Database& database);

/// Applies the steps that are missing, each in its own transaction. Through a connection for
/// reading nothing is applied.
/// \return `unsupported` if the file is of a version above the last step, or an older one was
///         opened for reading; `malformed` if the file is no case.
[[nodiscard]] Result<void> migrate(Database& database, std::span<const Migration> steps);

/// The first step of all, in a file that holds nothing yet.
[[nodiscard]] Result<void> migrate_empty(Database& database, std::span<const Migration> steps);

} // namespace rempart::casefile
