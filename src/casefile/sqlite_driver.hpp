// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// A case in one SQLite file.

#include <filesystem>
#include <memory>

#include <sqlite3.h>

#include "casefile/driver.hpp"
#include "rempart/casefile/case.hpp"
#include "rempart/core/fd.hpp"

namespace rempart::casefile {

/// Opens an existing file. With Access::read nothing can be changed through this connection.
/// \param lock kept as long as the connection: the case's write lock, or none.
/// \return `io`, `malformed` if it is no SQLite file.
[[nodiscard]] Result<std::unique_ptr<ConnectionDriver>>
open_sqlite(const std::filesystem::path& file, Access access, UniqueFd lock);

/// The handle behind a connection; null if it is not SQLite's. For what only SQLite has.
[[nodiscard]] sqlite3* sqlite_handle(ConnectionDriver& connection) noexcept;
[[nodiscard]] sqlite3_stmt* sqlite_handle(StatementDriver& statement) noexcept;

/// The failure that SQLite's result `code` means: `integrity` for a damaged file, `malformed` for
/// no database, `refused` if another process is in the way, `invalid_argument` for a broken
/// constraint, `io` for the rest (disk full, read-only, permissions).
[[nodiscard]] Error database_error(sqlite3* database, int code);

} // namespace rempart::casefile
