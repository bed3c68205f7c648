// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The roles of a case as the server holds them, within the module.

#include <string>
#include <string_view>

#include "casefile/database.hpp"

namespace rempart::casefile {

/// Makes the roles that are missing and sets every right, in one transaction of its own or a part
/// of the caller's. \param case_id CaseInfo::id. \return `refused` without the right to.
[[nodiscard]] Result<void> set_role_rights(Database& database, std::string_view case_id);
/// The same where the roles are there already: after a step of the schema, which adds tables.
[[nodiscard]] Result<void> renew_role_rights(Database& database, std::string_view case_id);

/// Who acts, as the log has it: "user@host". On a server the user who is logged in there, in a
/// folder that of the operating system.
[[nodiscard]] Result<std::string> actor_of(Database& database);
/// The same without the host: a person is the same on every machine.
[[nodiscard]] Result<std::string> person_of(Database& database);

} // namespace rempart::casefile
