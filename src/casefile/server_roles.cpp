// SPDX-License-Identifier: Apache-2.0
#include "casefile/server_roles.hpp"

#include <algorithm>
#include <cctype>
#include <iterator>

#include <fmt/format.h>

namespace rempart::casefile {
namespace {

// All rights are taken first, so that what an older program gave does not stay.
std::string rights_sql(const ServerRole& role) {
    std::string sql = fmt::format("REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {0};"
                                  "GRANT USAGE ON SCHEMA public TO {0};",
                                  role.name);
    for (const TableRight& right : role.rights) {
        sql += fmt::format("GRANT {} ON {} TO {};", right.privilege, right.tables, role.name);
    }
    // The name of a database is an identifier that only the server knows how to quote.
    sql += fmt::format("DO $$ BEGIN EXECUTE format('GRANT {} ON DATABASE %I TO {}', "
                       "current_database()); END $$;",
                       role.temporary_tables ? "CONNECT, TEMPORARY" : "CONNECT", role.name);
    return sql;
}

constexpr const char* kShutOut =
    "DO $$ BEGIN EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database()); "
    "END $$;"
    "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC;"
    "REVOKE ALL ON SCHEMA public FROM PUBLIC";

Result<void> make_role(Database& database, const std::string& name) {
    const auto there = has_server_role(database, name);
    if (!there) {
        return fail(there.error());
    }
    return *there ? Result<void>() : database.exec(fmt::format("CREATE ROLE {} NOLOGIN", name));
}

} // namespace

std::string group_role(std::string_view prefix, std::string_view id, std::string_view name) {
    std::string digits;
    std::copy_if(id.begin(), id.end(), std::back_inserter(digits),
                 [](unsigned char c) { return std::isxdigit(c) != 0; });
    return fmt::format("{}_{}_{}", prefix, digits, name);
}

Result<bool> has_server_role(Database& database, const std::string& name) {
    const auto found =
        database.scalar("SELECT count(*) FROM pg_catalog.pg_roles WHERE rolname = $1", name);
    if (!found) {
        return fail(found.error());
    }
    return found->value_or(0) > 0;
}

Result<bool> is_open_to_public(Database& database) {
    const auto open =
        database.scalar("SELECT 1 WHERE has_schema_privilege('public', 'public', 'USAGE') OR "
                        "has_database_privilege('public', current_database(), 'CONNECT')");
    if (!open) {
        return fail(open.error());
    }
    return open->has_value();
}

Result<void> set_server_roles(Database& database, std::span<const ServerRole> roles) {
    auto whole = Transaction::begin(database);
    if (!whole) {
        return fail(std::move(whole).error());
    }
    if (auto shut = database.exec(kShutOut); !shut) {
        return shut;
    }
    for (const ServerRole& role : roles) {
        if (auto made = make_role(database, role.name); !made) {
            return made;
        }
        if (auto given = database.exec(rights_sql(role)); !given) {
            return given;
        }
    }
    return whole->commit();
}

} // namespace rempart::casefile
