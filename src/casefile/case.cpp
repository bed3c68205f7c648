// SPDX-License-Identifier: Apache-2.0
#include "rempart/casefile/case.hpp"

#include <cstdlib>
#include <utility>

#include <fmt/format.h>

#include "casefile/case_files.hpp"
#include "casefile/case_place.hpp"
#include "casefile/content_index.hpp"
#include "casefile/database.hpp"
#include "casefile/entries_off.hpp"
#include "casefile/info_row.hpp"
#include "casefile/migrations.hpp"
#include "casefile/role_rights.hpp"
#include "casefile/row_references.hpp"
#include "casefile/row_seal.hpp"
#include "casefile/tallies.hpp"
#include "rempart/casefile/audit.hpp"
#include "rempart/core/text.hpp"

namespace rempart::casefile {
namespace {

AuditEntry first_entry(AuditAct act, const CaseInfo& info) {
    AuditEntry entry;
    entry.act = act;
    entry.purpose = info.purpose;
    entry.subject = {{"case", info.id}};
    return entry;
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
    if (auto begun =
            begin_log_over(database, first_entry(AuditAct::log_began, info), sealed_tables());
        !begun) {
        return begun;
    }
    return transaction->commit();
}

std::optional<std::string> stated_folder(const char* variable) {
    const char* stated = std::getenv(variable); // NOLINT(concurrency-mt-unsafe): nobody sets any
    return stated != nullptr && *stated != '\0' ? std::optional<std::string>(stated) : std::nullopt;
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
    if (auto stored = insert_info(database, kCaseInfoTable, info); !stored) {
        return stored;
    }
    if (auto begun =
            begin_log_over(database, first_entry(AuditAct::case_created, info), sealed_tables());
        !begun) {
        return begun;
    }
    return transaction->commit();
}

Case::Case(std::unique_ptr<Database> database, CaseInfo info, std::string place)
    : database_(std::move(database)), info_(std::move(info)), place_(std::move(place)) {
    database_->set_purpose(info_.purpose);
}
Case::Case(Case&&) noexcept = default;
Case& Case::operator=(Case&&) noexcept = default;
Case::~Case() = default;

const CaseInfo& Case::info() const {
    return info_;
}
Result<void> Case::act_for(std::string purpose) {
    if (purpose.find_first_not_of(" \t\r\n") == std::string::npos || !is_utf8(purpose)) {
        return fail(Errc::invalid_argument, "a purpose is text, and not empty");
    }
    database_->set_purpose(std::move(purpose));
    return {};
}
const std::string& Case::place() const {
    return place_;
}
bool Case::on_server() const {
    return database_->dialect() == Dialect::postgres;
}
std::filesystem::path Case::spool_folder() const {
    return on_server() ? std::filesystem::path(stated_folder("TMPDIR").value_or("/var/tmp"))
                       : std::filesystem::path(place_);
}
std::filesystem::path Case::list_folder() const {
    if (!on_server()) {
        return std::filesystem::path(place_) / kListFolder;
    }
    const auto home = stated_folder("HOME");
    const auto cache = stated_folder("XDG_CACHE_HOME");
    std::filesystem::path base = spool_folder();
    if (cache || home) {
        base = cache ? std::filesystem::path(*cache) : std::filesystem::path(*home) / ".cache";
    }
    return base / "rempart" / info_.id / kListFolder;
}

Result<Case> Case::create(const std::string& place, const CaseInfo& info) {
    const auto complete = complete_info(info, "case");
    if (!complete) {
        return fail(complete.error());
    }
    const auto fill = [&](Database& database) { return fill_new_case(database, *complete); };
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
    auto info = read_info(*database, kCaseInfoTable);
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
    // A server checks the pages by itself, and keeps some references.
    if (auto sound = on_server() ? check_references(*database_) : check_file(*database_); !sound) {
        return sound;
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
    const auto snapshot = Snapshot::begin(*database_);
    if (!snapshot) {
        return fail(snapshot.error());
    }
    for (const auto check : {check_content_index, check_entries_off, check_tallies}) {
        if (auto sound = check(*database_); !sound) {
            return sound;
        }
    }
    return {};
}

} // namespace rempart::casefile
