// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The two places where a case can lie: how an empty one is made there, and how it is opened.

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "casefile/database.hpp"
#include "casefile/postgres_driver.hpp"
#include "rempart/casefile/case.hpp"

namespace rempart::casefile {

/// Makes an empty database a case: fill_new_case(), or rows of another case.
using FillCase = std::function<Result<void>(Database&)>;

/// Built beside and renamed: a crash in between leaves no half case under the name.
[[nodiscard]] Result<void> create_in_folder(const std::filesystem::path& folder,
                                            const FillCase& fill);
/// The same in one file, which is there and empty, without a journal beside it.
[[nodiscard]] Result<void> create_in_file(const std::filesystem::path& file, const FillCase& fill);
/// Opens a case's file for reading, wherever it lies. \return `not_found`, `malformed`, `io`.
[[nodiscard]] Result<std::unique_ptr<ConnectionDriver>>
open_file(const std::filesystem::path& file);
/// With the case's write lock if it is to be written.
[[nodiscard]] Result<std::unique_ptr<ConnectionDriver>>
open_in_folder(const std::filesystem::path& folder, Access access);
/// SQLite's own check of pages, indexes and foreign keys.
[[nodiscard]] Result<void> check_file(Database& database);

/// Fills a database that holds nothing yet, in one transaction; makes the database if the server
/// has none of that name and lets us.
[[nodiscard]] Result<void> fill_on_server(const std::string& url, const FillCase& fill);
/// The same for a case, with its roles.
[[nodiscard]] Result<void> create_on_server(const std::string& url, const FillCase& fill);

/// The first rows of a new case, in a database that holds nothing yet.
[[nodiscard]] Result<void> fill_new_case(Database& database, const CaseInfo& info);

} // namespace rempart::casefile
