// SPDX-License-Identifier: Apache-2.0
#include "rempart/casefile/case.hpp"

#include <cerrno>
#include <chrono>
#include <limits>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include "casefile/audit_log.hpp"
#include "casefile/case_files.hpp"
#include "casefile/database.hpp"
#include "casefile/file_ops.hpp"
#include "casefile/migrations.hpp"
#include "casefile/row_seal.hpp"
#include "casefile/write_lock.hpp"

namespace rempart::casefile {
namespace {

namespace fs = std::filesystem;

// What a case may not be without: the law asks for each (purpose limitation, storage limitation).
Result<void> check_required(const CaseInfo& info) {
    const std::pair<const char*, const std::string&> fields[] = {
        {"a name", info.name},
        {"an authority", info.authority},
        {"a legal basis", info.legal_basis},
        {"a purpose", info.purpose},
        {"a review date", info.review_date}};
    for (const auto& [what, value] : fields) {
        if (value.find_first_not_of(" \t\r\n") == std::string::npos) {
            return fail(Errc::invalid_argument, fmt::format("a case needs {}", what));
        }
    }
    if (info.review_date.size() != 10 || !parse_time(info.review_date + "T00:00:00")) {
        return fail(Errc::invalid_argument,
                    "the review date is not a day that exists, as YYYY-MM-DD");
    }
    return {};
}

Result<void> check_place(const fs::path& folder) {
    const std::string text = folder.string();
    if (text.starts_with("postgresql:") || text.starts_with("postgres:")) {
        return fail(Errc::invalid_argument, "a case in PostgreSQL is not possible yet");
    }
    if (text.empty()) {
        return fail(Errc::invalid_argument, "a case needs a folder");
    }
    return {};
}

TimeValue now() {
    const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
    return {TimeKind::utc,
            std::chrono::duration_cast<std::chrono::microseconds>(since_epoch).count()};
}

// A folder under construction: removed again unless it got its name.
class NewFolder {
  public:
    explicit NewFolder(fs::path path) : path_(std::move(path)) {}
    NewFolder(const NewFolder&) = delete;
    NewFolder& operator=(const NewFolder&) = delete;
    ~NewFolder() {
        if (!path_.empty()) {
            std::error_code ignored;
            fs::remove_all(path_, ignored);
        }
    }
    [[nodiscard]] const fs::path& path() const { return path_; }
    void keep() { path_.clear(); }

  private:
    fs::path path_;
};

// The first record: it seals what the case was made as, and in a case that is older than its log
// all rows of the tables whose writers seal them.
Result<void> begin_case_log(Database& database, AuditAct act, const CaseInfo& info) {
    if (auto begun = begin_log(database); !begun) {
        return begun;
    }
    AuditEntry entry;
    entry.act = act;
    entry.purpose = info.purpose;
    entry.subject = {{"case", info.id}};
    for (const SealedTableFacts& table : sealed_tables()) {
        if (!table.always) {
            continue;
        }
        auto sealed = seal_stored(database, table.table, std::numeric_limits<RowId>::min(),
                                  std::numeric_limits<RowId>::max(), entry.seals);
        if (!sealed) {
            return sealed;
        }
    }
    if (const auto logged = append(database, entry); !logged) {
        return fail(logged.error());
    }
    return {};
}

// A case that an older program made has no log yet.
Result<void> begin_missing_log(Database& database, const CaseInfo& info) {
    const auto missing = database.scalar("SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM audit_head) "
                                         "AND NOT EXISTS (SELECT 1 FROM audit_log)");
    if (!missing) {
        return fail(missing.error());
    }
    if (!*missing) {
        return {};
    }
    auto transaction = Transaction::begin(database);
    if (!transaction) {
        return fail(std::move(transaction).error());
    }
    if (auto begun = begin_case_log(database, AuditAct::log_began, info); !begun) {
        return begun;
    }
    return transaction->commit();
}

Result<void> make_database(const fs::path& file, const CaseInfo& info) {
    if (const UniqueFd made(::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
        !made) {
        return fail(system_error("the case cannot be created"));
    }
    auto database = Database::open(file, Access::write);
    if (!database) {
        return fail(std::move(database).error());
    }
    if (auto migrated = migrate_empty(**database, migrations()); !migrated) {
        return migrated;
    }
    auto transaction = Transaction::begin(**database);
    if (!transaction) {
        return fail(std::move(transaction).error());
    }
    auto stored =
        (*database)->run("INSERT INTO case_info (only_row, id, name, authority, legal_basis, "
                         "purpose, review_date, created_us, created_kind) "
                         "VALUES (1, $1, $2, $3, $4, $5, $6, $7, $8)",
                         info.id, info.name, info.authority, info.legal_basis, info.purpose,
                         info.review_date, info.created);
    if (!stored) {
        return stored;
    }
    if (auto begun = begin_case_log(**database, AuditAct::case_created, info); !begun) {
        return begun;
    }
    return transaction->commit();
}

// Built beside and renamed: a crash in between leaves no half case under the name.
Result<void> make_folder(const fs::path& place, const CaseInfo& info) {
    if (fs::exists(fs::symlink_status(place))) {
        return fail(Errc::invalid_argument, "something lies there already");
    }
    const fs::path parent = place.has_parent_path() ? place.parent_path() : fs::path(".");
    NewFolder building(parent / fmt::format(".{}.{}.part", place.filename().string(), info.id));
    if (::mkdir(building.path().c_str(), 0700) != 0) {
        return fail(system_error("the folder of the case cannot be made"));
    }
    if (auto made = make_database(building.path() / kDatabaseName, info); !made) {
        return made;
    }
    if (auto named = rename_to_free_name(building.path(), place); !named) {
        return named;
    }
    building.keep();
    return sync_folder(parent);
}

Result<CaseInfo> read_info(Database& database) {
    CaseInfo info;
    bool found = false;
    auto read =
        database.each("SELECT id, name, authority, legal_basis, purpose, review_date, "
                      "created_us, created_kind FROM case_info",
                      [&](Row& row) -> Result<void> {
                          found = true;
                          if (!row.take(info.id, info.name, info.authority, info.legal_basis,
                                        info.purpose, info.review_date, info.created)) {
                              return Row::damaged();
                          }
                          return {};
                      });
    if (!read) {
        return fail(std::move(read).error());
    }
    if (!found) {
        return fail(Errc::malformed, "the file holds no case");
    }
    return info;
}

// A damaged file is "no case, or damaged" to the one who opens it.
Error as_opening_error(Error error) {
    if (error.code == Errc::integrity) {
        error.code = Errc::malformed;
    }
    return error;
}

} // namespace

Case::Case(std::unique_ptr<Database> database, CaseInfo info, std::filesystem::path folder)
    : database_(std::move(database)), info_(std::move(info)), folder_(std::move(folder)) {
}
Case::Case(Case&&) noexcept = default;
Case& Case::operator=(Case&&) noexcept = default;
Case::~Case() = default;

const CaseInfo& Case::info() const {
    return info_;
}
const std::filesystem::path& Case::folder() const {
    return folder_;
}

Result<Case> Case::create(const std::filesystem::path& folder, const CaseInfo& info) {
    for (const auto& checked : {check_place(folder), check_required(info)}) {
        if (!checked) {
            return fail(checked.error());
        }
    }
    auto id = make_uuid();
    if (!id) {
        return fail(std::move(id).error());
    }
    CaseInfo complete = info;
    complete.id = *id;
    if (complete.created.kind != TimeKind::utc) {
        complete.created = now();
    }
    const fs::path place = folder.has_filename() ? folder : folder.parent_path();
    if (auto made = make_folder(place, complete); !made) {
        return fail(std::move(made).error());
    }
    return open(place, Access::write);
}

Result<Case> Case::open(const std::filesystem::path& folder, Access access) {
    if (auto checked = check_place(folder); !checked) {
        return fail(std::move(checked).error());
    }
    const fs::path file = folder / kDatabaseName;
    struct stat status{};
    if (::lstat(file.c_str(), &status) != 0) {
        const Errc code = errno == ENOENT || errno == ENOTDIR ? Errc::not_found : Errc::io;
        return fail(code, "there is no case");
    }
    if (!S_ISREG(status.st_mode)) {
        return fail(Errc::malformed, "case.sqlite is not a plain file");
    }
    UniqueFd lock;
    if (access == Access::write) {
        auto taken = take_write_lock(folder);
        if (!taken) {
            return fail(std::move(taken).error());
        }
        lock = std::move(*taken);
    }
    auto database = Database::open(file, access);
    if (!database) {
        return fail(as_opening_error(std::move(database).error()));
    }
    (*database)->hold(std::move(lock));
    if (auto migrated = migrate(**database, migrations()); !migrated) {
        return fail(as_opening_error(std::move(migrated).error()));
    }
    auto info = read_info(**database);
    if (!info) {
        return fail(as_opening_error(std::move(info).error()));
    }
    if (access == Access::write) {
        if (auto begun = begin_missing_log(**database, *info); !begun) {
            return fail(std::move(begun).error());
        }
    }
    return Case(std::move(*database), std::move(*info), folder);
}

Result<void> Case::check() {
    std::string fault;
    const auto first_line = [&](Row& row) -> Result<void> {
        std::string line;
        if (row.take(line) && line != "ok" && fault.empty()) {
            fault = line;
        }
        return {};
    };
    if (auto ran = database_->each("PRAGMA integrity_check(1)", first_line); !ran) {
        return ran;
    }
    if (!fault.empty()) {
        return fail(Errc::integrity, fmt::format("the case file is damaged: {}", fault));
    }
    if (auto ran = database_->each("SELECT \"table\" || ' row ' || rowid || ' names a missing row "
                                   "of ' || parent FROM pragma_foreign_key_check LIMIT 1",
                                   first_line);
        !ran) {
        return ran;
    }
    if (!fault.empty()) {
        return fail(Errc::integrity,
                    fmt::format("the case file does not hold together: {}", fault));
    }
    const auto gap = database_->scalar(
        "SELECT exhibit_id FROM items GROUP BY exhibit_id HAVING count(*) <> max(seq) + 1");
    if (!gap) {
        return fail(gap.error());
    }
    if (*gap) {
        return fail(Errc::integrity, fmt::format("exhibit {} lacks items in between", **gap));
    }
    return {};
}

} // namespace rempart::casefile
