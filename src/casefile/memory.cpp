// SPDX-License-Identifier: Apache-2.0
#include "rempart/casefile/memory.hpp"

#include <vector>

#include "casefile/audit_log.hpp"
#include "casefile/audit_rows.hpp"
#include "casefile/case_place.hpp"
#include "casefile/database.hpp"
#include "casefile/info_row.hpp"
#include "casefile/memory_schema.hpp"
#include "casefile/postgres_driver.hpp"
#include "casefile/server_roles.hpp"

namespace rempart::casefile {
namespace {

Result<void> check_place(const std::string& url) {
    return is_postgres_url(url)
               ? Result<void>()
               : fail(Errc::invalid_argument, "a memory needs a server: postgresql://…, no folder");
}

std::vector<ServerRole> server_roles(const MemoryInfo& info) {
    std::vector<ServerRole> roles;
    for (const MemoryRole& facts : kMemoryRoles) {
        ServerRole& role = roles.emplace_back();
        role.name = group_role("rempart_memory", info.id, facts.name);
        role.rights.assign(kMemoryCommonRights.begin(), kMemoryCommonRights.end());
        role.rights.insert(role.rights.end(), facts.rights.begin(), facts.rights.end());
        role.temporary_tables = facts.temporary_tables;
    }
    return roles;
}

// Without the right to make roles a memory is made all the same, for its owner alone.
Result<void> set_rights(Database& database, const MemoryInfo& info) {
    auto made = set_server_roles(database, server_roles(info));
    return !made && made.error().code == Errc::refused ? set_server_roles(database, {}) : made;
}

Result<void> fill_new_memory(Database& database, const MemoryInfo& info) {
    if (auto migrated = migrate_empty(database, kMemoryMigrations, kMemorySchema); !migrated) {
        return migrated;
    }
    if (auto stored = insert_info(database, kMemoryInfoTable, info); !stored) {
        return stored;
    }
    AuditEntry first;
    first.act = AuditAct::memory_created;
    first.purpose = info.purpose;
    first.subject = {{"memory", info.id}};
    if (auto begun = begin_log_over(database, std::move(first), sealed_memory_tables()); !begun) {
        return begun;
    }
    return set_rights(database, info);
}

} // namespace

Memory::Memory(std::unique_ptr<Database> database, MemoryInfo info, std::string place)
    : database_(std::move(database)), info_(std::move(info)), place_(std::move(place)) {
}
Memory::Memory(Memory&&) noexcept = default;
Memory& Memory::operator=(Memory&&) noexcept = default;
Memory::~Memory() = default;

Result<Memory> Memory::create(const std::string& url, const MemoryInfo& info) {
    if (auto checked = check_place(url); !checked) {
        return fail(std::move(checked).error());
    }
    const auto complete = complete_info(info, "memory");
    if (!complete) {
        return fail(complete.error());
    }
    auto made = fill_on_server(
        url, [&](Database& database) { return fill_new_memory(database, *complete); });
    if (!made) {
        return fail(std::move(made).error());
    }
    return open(url, Access::write);
}

Result<Memory> Memory::open(const std::string& url, Access access) {
    if (auto checked = check_place(url); !checked) {
        return fail(std::move(checked).error());
    }
    auto driver = open_postgres(url, access);
    if (!driver) {
        return fail(std::move(driver).error());
    }
    auto database = std::make_unique<Database>(std::move(*driver), access);
    const auto version = schema_version(*database, kMemorySchema);
    if (!version) {
        return fail(version.error());
    }
    if (auto migrated = migrate(*database, kMemoryMigrations, kMemorySchema); !migrated) {
        return fail(std::move(migrated).error());
    }
    auto info = read_info(*database, kMemoryInfoTable);
    if (!info) {
        return fail(std::move(info).error());
    }
    if (*version < static_cast<int>(kMemoryMigrations.size())) {
        if (auto renewed = set_rights(*database, *info); !renewed) {
            return fail(std::move(renewed).error());
        }
    }
    return Memory(std::move(database), std::move(*info), url);
}

Result<MemoryTotals> totals(Memory& memory) {
    Database& database = memory.database();
    const auto cases = database.scalar("SELECT count(*) FROM memory_cases");
    if (!cases) {
        return fail(cases.error());
    }
    const auto contents = database.scalar("SELECT count(*) FROM memory_contents");
    if (!contents) {
        return fail(contents.error());
    }
    const auto open = is_open_to_public(database);
    if (!open) {
        return fail(open.error());
    }
    MemoryTotals all{.cases = static_cast<std::uint64_t>(cases->value_or(0)),
                     .contents = static_cast<std::uint64_t>(contents->value_or(0)),
                     .enforced = !*open,
                     .roles = {}};
    for (const ServerRole& role : server_roles(memory.info())) {
        const auto there = has_server_role(database, role.name);
        if (!there) {
            return fail(there.error());
        }
        all.enforced = all.enforced && *there;
        all.roles.push_back(role.name);
    }
    return all;
}

Result<AuditVerdict> verify_log(Memory& memory) {
    return verify_log_of(memory.database(), sealed_memory_tables(), {});
}

Result<void>
each_log_record(Memory& memory,
                const std::function<Result<void>(std::uint64_t, const std::string&)>& take) {
    return each_record_text(memory.database(), take);
}

} // namespace rempart::casefile
