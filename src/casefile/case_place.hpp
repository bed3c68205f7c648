// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The two places where a case can lie: how an empty one is made there, and how it is opened.

#include <filesystem>
#include <memory>
#include <string>

#include "casefile/database.hpp"
#include "casefile/postgres_driver.hpp"
#include "rempart/casefile/case.hpp"

namespace rempart::casefile {

/// Built beside and renamed: a crash in between leaves no half case under the name.
[[nodiscard]] Result<void> create_in_folder(const std::filesystem::path& folder,
                                            const CaseInfo& info);
/// With the case's write lock if it is to be written.
[[nodiscard]] Result<std::unique_ptr<ConnectionDriver>>
open_in_folder(const std::filesystem::path& folder, Access access);
/// SQLite's own check of pages, indexes and foreign keys.
[[nodiscard]] Result<void> check_file(Database& database);

/// In one transaction, in a database that holds no case yet.
[[nodiscard]] Result<void> create_on_server(const std::string& url, const CaseInfo& info);

/// The first rows of a new case, in a database that holds nothing yet.
[[nodiscard]] Result<void> fill_new_case(Database& database, const CaseInfo& info);

} // namespace rempart::casefile
