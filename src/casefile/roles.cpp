// SPDX-License-Identifier: Apache-2.0
#include "rempart/casefile/roles.hpp"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "casefile/audited_change.hpp"
#include "casefile/role_rights.hpp"

namespace rempart::casefile {
namespace {

constexpr bool roles_are_in_order() {
    for (std::size_t i = 0; i < kRoles.size(); ++i) {
        if (static_cast<std::size_t>(kRoles[i].role) != i) {
            return false;
        }
    }
    return kRoles.back().role == Role::administrator;
}
static_assert(roles_are_in_order());

// As the function rempart_role() of the schema: of hexadecimal digits, so that it needs no quotes.
std::string server_role(std::string_view case_id, std::string_view role) {
    std::string digits;
    std::copy_if(case_id.begin(), case_id.end(), std::back_inserter(digits),
                 [](unsigned char c) { return std::isxdigit(c) != 0; });
    return fmt::format("rempart_{}_{}", digits, role);
}

Result<void> unsupported_in_folder() {
    return fail(Errc::unsupported, "a case in a folder has no roles: who may read the folder may "
                                   "read the case");
}

Result<bool> has_role(Database& database, const std::string& name) {
    const auto found =
        database.scalar("SELECT count(*) FROM pg_catalog.pg_roles WHERE rolname = $1", name);
    if (!found) {
        return fail(found.error());
    }
    return found->value_or(0) > 0;
}

// All rights are taken first, so that what an older program gave does not stay.
std::string rights_sql(const std::string& role, const RoleFacts& facts) {
    std::string sql = fmt::format("REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {0};"
                                  "GRANT USAGE ON SCHEMA public TO {0};",
                                  role);
    const auto give = [&](std::span<const TableRight> rights) {
        for (const TableRight& right : rights) {
            sql += fmt::format("GRANT {} ON {} TO {};", right.privilege, right.tables, role);
        }
    };
    give(kCommonRights);
    give(facts.rights);
    if (facts.role == Role::administrator) {
        sql += fmt::format("GRANT EXECUTE ON FUNCTION rempart_change_role(text, text, boolean) "
                           "TO {};",
                           role);
    }
    // The name of a database is an identifier that only the server knows how to quote.
    sql += fmt::format("DO $$ BEGIN EXECUTE format('GRANT CONNECT ON DATABASE %I TO {}', "
                       "current_database()); END $$;",
                       role);
    return sql;
}

constexpr const char* kShutOut =
    "DO $$ BEGIN EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database()); "
    "END $$;"
    "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC;"
    "REVOKE ALL ON SCHEMA public FROM PUBLIC";

} // namespace

std::optional<Role> role_named(std::string_view name) noexcept {
    for (const RoleFacts& facts : kRoles) {
        if (facts.name == name) {
            return facts.role;
        }
    }
    return std::nullopt;
}

Result<void> set_role_rights(Database& database, std::string_view case_id) {
    auto whole = Transaction::begin(database);
    if (!whole) {
        return fail(std::move(whole).error());
    }
    if (auto shut = database.exec(kShutOut); !shut) {
        return shut;
    }
    for (const RoleFacts& facts : kRoles) {
        const std::string role = server_role(case_id, facts.name);
        const auto there = has_role(database, role);
        if (!there) {
            return fail(there.error());
        }
        if (!*there) {
            if (auto made = database.exec(fmt::format("CREATE ROLE {} NOLOGIN", role)); !made) {
                return made;
            }
        }
        if (auto given = database.exec(rights_sql(role, facts)); !given) {
            return given;
        }
    }
    return whole->commit();
}

Result<void> renew_role_rights(Database& database, std::string_view case_id) {
    const auto there = has_role(database, server_role(case_id, facts_of(Role::reviewer).name));
    if (!there) {
        return fail(there.error());
    }
    return *there ? set_role_rights(database, case_id) : Result<void>();
}

Result<void> enforce_roles(Case& file) {
    return file.on_server() ? set_role_rights(file.database(), file.info().id)
                            : unsupported_in_folder();
}

Result<RoleState> role_state(Case& file) {
    RoleState state;
    if (!file.on_server()) {
        return state;
    }
    Database& database = file.database();
    const auto open =
        database.scalar("SELECT 1 WHERE has_schema_privilege('public', 'public', 'USAGE') OR "
                        "has_database_privilege('public', current_database(), 'CONNECT')");
    if (!open) {
        return fail(open.error());
    }
    state.enforced = !*open;
    for (const RoleFacts& facts : kRoles) {
        const std::string role = server_role(file.info().id, facts.name);
        const auto there = has_role(database, role);
        if (!there) {
            return fail(there.error());
        }
        state.enforced = state.enforced && *there;
        auto read = database.each(
            "SELECT p.rolname::text FROM pg_catalog.pg_auth_members m "
            "JOIN pg_catalog.pg_roles g ON g.oid = m.roleid "
            "JOIN pg_catalog.pg_roles p ON p.oid = m.member "
            "WHERE g.rolname = $1 ORDER BY p.rolname",
            [&](Row& row) -> Result<void> {
                RoleMember& member = state.members.emplace_back();
                member.role = facts.role;
                return row.take(member.user) ? Result<void>() : Row::damaged();
            },
            role);
        if (!read) {
            return fail(std::move(read).error());
        }
    }
    return state;
}

Result<void> change_role(Case& file, const std::string& user, Role role, RoleChange change) {
    if (!file.on_server()) {
        return unsupported_in_folder();
    }
    const bool given = change == RoleChange::given;
    Database& database = file.database();
    auto act =
        AuditedChange::begin(database, given ? AuditAct::role_given : AuditAct::role_withdrawn);
    if (!act) {
        return fail(std::move(act).error());
    }
    const std::string name(facts_of(role).name);
    const auto row =
        database.scalar("SELECT rempart_change_role($1, $2, $3 = 1)", user, name, given ? 1 : 0);
    if (!row) {
        return fail(row.error());
    }
    if (auto sealed = act->seal(SealedTable::role_changes, row->value_or(0)); !sealed) {
        return sealed;
    }
    act->entry().purpose = file.info().purpose;
    act->entry().subject = {{"user", user}, {"role", name}};
    return act->commit();
}

} // namespace rempart::casefile
