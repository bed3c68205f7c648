// SPDX-License-Identifier: Apache-2.0
#include "rempart/casefile/roles.hpp"

#include <vector>

#include <fmt/format.h>

#include "casefile/audited_change.hpp"
#include "casefile/role_rights.hpp"
#include "casefile/server_roles.hpp"

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

// As the function rempart_role() of the schema.
std::string server_role(std::string_view case_id, std::string_view role) {
    return group_role("rempart", case_id, role);
}

Result<void> unsupported_in_folder() {
    return fail(Errc::unsupported, "a case in a folder has no roles: who may read the folder may "
                                   "read the case");
}

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
    std::vector<ServerRole> roles;
    for (const RoleFacts& facts : kRoles) {
        ServerRole& role = roles.emplace_back();
        role.name = server_role(case_id, facts.name);
        role.rights.assign(kCommonRights.begin(), kCommonRights.end());
        role.rights.insert(role.rights.end(), facts.rights.begin(), facts.rights.end());
        if (facts.role == Role::administrator) {
            role.rights.push_back({"EXECUTE", "FUNCTION rempart_change_role(text, text, boolean)"});
        }
    }
    return set_server_roles(database, roles);
}

Result<void> renew_role_rights(Database& database, std::string_view case_id) {
    const auto there =
        has_server_role(database, server_role(case_id, facts_of(Role::reviewer).name));
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
    const auto open = is_open_to_public(database);
    if (!open) {
        return fail(open.error());
    }
    state.enforced = !*open;
    for (const RoleFacts& facts : kRoles) {
        const std::string role = server_role(file.info().id, facts.name);
        const auto there = has_server_role(database, role);
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
