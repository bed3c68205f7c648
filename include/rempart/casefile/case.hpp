// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// One case: a folder with `case.sqlite`, or a PostgreSQL database ("postgresql://…") for a lab.
/// Opens, migrates, and hands out its repositories.
///
/// A Case is one database connection: not for use by two threads at once. Of a case in a folder
/// only one process at a time may ingest (a lock that dies with the process); a case on a server is
/// open to as many as the server lets in. After any crash the case opens with all that was
/// committed and nothing half.

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
    /// Makes the folder and an empty case in it, or an empty case in the database that the URL
    /// names, which is made too if the server has none of that name and lets us.
    /// \return `invalid_argument` (a required field is empty, the date does not exist, something
    ///         lies there already), `io`, `unavailable`, `refused`.
    [[nodiscard]] static Result<Case> create(const std::string& place, const CaseInfo& info);
    /// \return `not_found`; `io`; `malformed` (no case, or damaged); `unsupported` (made by a newer
    ///         version); `refused` if another process is writing and Access::write is asked of a
    ///         folder, or the server does not let us in; `unavailable` if it cannot be reached.
    [[nodiscard]] static Result<Case> open(const std::string& place, Access access);

    Case(Case&&) noexcept;
    Case& operator=(Case&&) noexcept;
    ~Case();

    [[nodiscard]] const CaseInfo& info() const;
    /// From now on records of the log about what is written through this object bear this purpose,
    /// not that of the case. \return `invalid_argument` for an empty one or what is not UTF-8.
    [[nodiscard]] Result<void> act_for(std::string purpose);
    /// What it was opened by: opens it again.
    [[nodiscard]] const std::string& place() const;
    /// Where large temporary files belong: the case's folder; for a case on a server the machine's
    /// own place for them.
    [[nodiscard]] std::filesystem::path spool_folder() const;
    /// Where the compiled files of its lists belong, which is made when it is first needed, for
    /// this user alone: in the case's folder; for a case on a server one of this case in this
    /// user's cache ($XDG_CACHE_HOME, else $HOME/.cache, else as spool_folder()).
    [[nodiscard]] std::filesystem::path list_folder() const;
    [[nodiscard]] bool on_server() const;
    /// Checks the database's own structure and foreign keys. \return `integrity` naming what is
    /// wrong.
    [[nodiscard]] Result<void> check();

    /// For the repositories of this module only.
    [[nodiscard]] Database& database() { return *database_; }

  private:
    Case(std::unique_ptr<Database> database, CaseInfo info, std::string place);
    std::unique_ptr<Database> database_;
    CaseInfo info_;
    std::string place_;
};

} // namespace rempart::casefile
