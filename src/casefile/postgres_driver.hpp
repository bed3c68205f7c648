// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// A case in one PostgreSQL database (15 or later), through libpq.

#include <memory>
#include <string>

#include "casefile/driver.hpp"
#include "rempart/casefile/case.hpp"

namespace rempart::casefile {

/// \param url "postgresql://…", or any connection string of libpq.
/// \return `unavailable` if the server cannot be reached; `refused` if it does not let us in;
///         `invalid_argument` for a URL that is none; `unsupported` for a server before 15 or a
///         database that is not in UTF-8.
[[nodiscard]] Result<std::unique_ptr<ConnectionDriver>> open_postgres(const std::string& url,
                                                                      Access access);

/// Whether `place` names a PostgreSQL database rather than a folder.
[[nodiscard]] bool is_postgres_url(const std::string& place) noexcept;

} // namespace rempart::casefile
