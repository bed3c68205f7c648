// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// One case: a folder with `case.sqlite`. Opens, migrates, and hands out its repositories.
///
/// A Case is one database connection: not for use by two threads at once. Only one process at a
/// time may have a case open for writing (a lock that dies with the process). After any crash the
/// case opens with all that was committed and nothing half.

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rempart/casefile/records.hpp"
#include "rempart/core/result.hpp"

namespace rempart::casefile {

class Database; // private: src/casefile/database.hpp

enum class Access : std::uint8_t { read, write };

class Case {
  public:
    /// Makes the folder and an empty case in it. \return `invalid_argument` (a required field is
    /// empty, the date does not exist, something lies there already, a postgresql:// URL), `io`.
    [[nodiscard]] static Result<Case> create(const std::filesystem::path& folder,
                                             const CaseInfo& info);
    /// \return `not_found`; `io`; `malformed` (no case, or damaged); `unsupported` (made by a newer
    ///         version); `refused` if another process is writing and Access::write is asked.
    [[nodiscard]] static Result<Case> open(const std::filesystem::path& folder, Access access);

    Case(Case&&) noexcept;
    Case& operator=(Case&&) noexcept;
    ~Case();

    [[nodiscard]] const CaseInfo& info() const;
    [[nodiscard]] const std::filesystem::path& folder() const;
    /// Checks the database's own structure and foreign keys. \return `integrity` naming what is
    /// wrong.
    [[nodiscard]] Result<void> check();

    /// For the repositories of this module only.
    [[nodiscard]] Database& database() { return *database_; }

  private:
    Case(std::unique_ptr<Database> database, CaseInfo info, std::filesystem::path folder);
    std::unique_ptr<Database> database_;
    CaseInfo info_;
    std::filesystem::path folder_;
};

} // namespace rempart::casefile
