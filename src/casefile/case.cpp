// SPDX-License-Identifier: Apache-2.0
#include "rempart/casefile/case.hpp"

#include <chrono>
#include <cstdlib>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "casefile/audit_log.hpp"
#include "casefile/case_place.hpp"
#include "casefile/database.hpp"
#include "casefile/file_ops.hpp"
#include "casefile/migrations.hpp"
#include "casefile/role_rights.hpp"
#include "casefile/row_seal.hpp"

namespace rempart::casefile {
namespace {

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

TimeValue now() {
    const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
    return {TimeKind::utc,
            std::chrono::duration_cast<std::chrono::microseconds>(since_epoch).count()};
}

// The first record: it seals what the case was made as, and in a case that is older than its log
// all rows that it holds.
Result<void> begin_case_log(Database& database, AuditAct act, const CaseInfo& info) {
    if (auto begun = begin_log(database); !begun) {
        return begun;
    }
    AuditEntry entry;
    entry.act = act;
    entry.purpose = info.purpose;
    entry.subject = {{"case", info.id}};
    for (const SealedTableFacts& table : sealed_tables()) {
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

Result<void> fill_new_case(Database& database, const CaseInfo& info) {
    if (auto migrated = migrate_empty(database, migrations()); !migrated) {
        return migrated;
    }
    auto transaction = Transaction::begin(database);
    if (!transaction) {
        return fail(std::move(transaction).error());
    }
    auto stored = database.run("INSERT INTO case_info (only_row, id, name, authority, legal_basis, "
                               "purpose, review_date, created_us, created_kind) "
                               "VALUES (1, $1, $2, $3, $4, $5, $6, $7, $8)",
                               info.id, info.name, info.authority, info.legal_basis, info.purpose,
                               info.review_date, info.created);
    if (!stored) {
        return stored;
    }
    if (auto begun = begin_case_log(database, AuditAct::case_created, info); !begun) {
        return begun;
    }
    return transaction->commit();
}

Case::Case(std::unique_ptr<Database> database, CaseInfo info, std::string place)
    : database_(std::move(database)), info_(std::move(info)), place_(std::move(place)) {
}
Case::Case(Case&&) noexcept = default;
Case& Case::operator=(Case&&) noexcept = default;
Case::~Case() = default;

const CaseInfo& Case::info() const {
    return info_;
}
const std::string& Case::place() const {
    return place_;
}
bool Case::on_server() const {
    return database_->dialect() == Dialect::postgres;
}
std::filesystem::path Case::spool_folder() const {
    if (!on_server()) {
        return place_;
    }
    const char* chosen = std::getenv("TMPDIR");
    return chosen != nullptr && *chosen != '\0' ? chosen : "/var/tmp";
}

Result<Case> Case::create(const std::string& place, const CaseInfo& info) {
    if (auto checked = check_required(info); !checked) {
        return fail(std::move(checked).error());
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
    const auto fill = [&](Database& database) { return fill_new_case(database, complete); };
    auto made =
        is_postgres_url(place) ? create_on_server(place, fill) : create_in_folder(place, fill);
    if (!made) {
        return fail(std::move(made).error());
    }
    return open(place, Access::write);
}

Result<Case> Case::open(const std::string& place, Access access) {
    auto driver =
        is_postgres_url(place) ? open_postgres(place, access) : open_in_folder(place, access);
    if (!driver) {
        return fail(as_opening_error(std::move(driver).error()));
    }
    auto database = std::make_unique<Database>(std::move(*driver), access);
    const auto version = schema_version(*database);
    if (!version) {
        return fail(as_opening_error(version.error()));
    }
    if (auto migrated = migrate(*database, migrations()); !migrated) {
        return fail(as_opening_error(std::move(migrated).error()));
    }
    auto info = read_info(*database);
    if (!info) {
        return fail(as_opening_error(std::move(info).error()));
    }
    const bool stepped = *version < static_cast<int>(migrations().size());
    if (stepped && database->dialect() == Dialect::postgres) {
        if (auto renewed = renew_role_rights(*database, info->id); !renewed) {
            return fail(std::move(renewed).error());
        }
    }
    if (access == Access::write) {
        if (auto begun = begin_missing_log(*database, *info); !begun) {
            return fail(std::move(begun).error());
        }
    }
    return Case(std::move(database), std::move(*info), place);
}

Result<void> Case::check() {
    if (!on_server()) { // a server checks the pages and keeps the foreign keys by itself
        if (auto sound = check_file(*database_); !sound) {
            return sound;
        }
    }
    const auto gap = database_->scalar(
        "SELECT exhibit_id FROM items GROUP BY exhibit_id, seq / $1 "
        "HAVING count(*) <> max(seq) - min(seq) + 1 OR min(seq) % $2 <> 0 LIMIT 1",
        kItemsPerPart, kItemsPerPart);
    if (!gap) {
        return fail(gap.error());
    }
    if (*gap) {
        return fail(Errc::integrity, fmt::format("exhibit {} lacks items in between", **gap));
    }
    return {};
}

} // namespace rempart::casefile
