// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The numbered steps that make an empty database a case, and an older case a newer one; and the
/// same for a memory (memory.hpp).

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
    Result<void> (*fill)(Database&) = nullptr; ///< Fills what is derived from the rows, if any.
};

/// Every step that this program knows, in order.
[[nodiscard]] std::span<const Migration> migrations() noexcept;

/// What the steps make. Each kind notes them in a table of its own, so that none is taken for the
/// other and brought to the other's newest version.
struct SchemaKind {
    std::string_view steps; ///< The table.
    std::string_view name;  ///< For messages.
};
inline constexpr SchemaKind kCaseSchema{"schema_migrations", "case"};
inline constexpr SchemaKind kMemorySchema{"memory_migrations", "memory"};

/// The schema version of the file; 0 if it holds nothing of that kind.
[[nodiscard]] Result<int> schema_version(Database& database, const SchemaKind& kind = kCaseSchema);

/// Applies the steps that are missing, each in its own transaction. Through a connection for
/// reading nothing is applied.
/// \return `unsupported` if the file is of a version above the last step, or an older one was
///         opened for reading; `malformed` if it holds nothing of that kind.
[[nodiscard]] Result<void> migrate(Database& database, std::span<const Migration> steps,
                                   const SchemaKind& kind = kCaseSchema);

/// The first step of all, in a file that holds nothing yet.
[[nodiscard]] Result<void> migrate_empty(Database& database, std::span<const Migration> steps,
                                         const SchemaKind& kind = kCaseSchema);

} // namespace rempart::casefile
