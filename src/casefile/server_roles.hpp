// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Group roles of the server with their rights in one database, and nobody else let in: for a case
/// and for a memory.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "casefile/database.hpp"
#include "rempart/casefile/roles.hpp"
#include "rempart/core/result.hpp"

namespace rempart::casefile {

struct ServerRole {
    std::string name;               ///< As group_role() makes it.
    std::vector<TableRight> rights; ///< All that it has on tables and functions.
    bool temporary_tables = false;
};

/// "PREFIX_<id without dashes>_NAME": of the whole id, for roles are global to a server, and of
/// hexadecimal digits, so that it needs no quotes.
[[nodiscard]] std::string group_role(std::string_view prefix, std::string_view id,
                                     std::string_view name);
[[nodiscard]] Result<bool> has_server_role(Database& database, const std::string& name);
/// Whether the database lets in who has none of its roles.
[[nodiscard]] Result<bool> is_open_to_public(Database& database);

/// Makes the roles that are missing, sets every right and takes all from PUBLIC, in one transaction
/// of its own or a part of the caller's. \return `refused` without the right to make roles.
[[nodiscard]] Result<void> set_server_roles(Database& database, std::span<const ServerRole> roles);

} // namespace rempart::casefile
