// SPDX-License-Identifier: Apache-2.0
// Who acts.
#include <algorithm>
#include <array>

#include <pwd.h>
#include <unistd.h>

#include <fmt/format.h>

#include "casefile/role_rights.hpp"
#include "rempart/casefile/audit.hpp"
#include "rempart/core/text.hpp"

namespace rempart::casefile {
namespace {

std::string local_user() {
    std::array<char, 4096> buffer{};
    passwd entry{};
    passwd* found = nullptr;
    if (::getpwuid_r(::geteuid(), &entry, buffer.data(), buffer.size(), &found) == 0 &&
        found != nullptr) {
        return to_utf8(found->pw_name);
    }
    return fmt::format("uid {}", ::geteuid());
}

std::string local_host() {
    std::array<char, 256> host{};
    if (::gethostname(host.data(), host.size() - 1) != 0) {
        host[0] = '\0';
    }
    return to_utf8(host.data());
}

} // namespace

std::string local_actor() {
    return fmt::format("{}@{}", local_user(), local_host());
}

Result<std::string> person_of(Database& database) {
    if (database.dialect() != Dialect::postgres) {
        return local_user();
    }
    const auto query = database.kept("SELECT session_user::text");
    if (!query) {
        return fail(query.error());
    }
    std::string user;
    (*query)->start();
    auto read = (*query)->each(
        [&](Row& row) -> Result<void> { return row.take(user) ? Result<void>() : Row::damaged(); });
    if (!read) {
        return fail(std::move(read).error());
    }
    return user;
}

Result<std::string> actor_of(Database& database) {
    if (database.dialect() != Dialect::postgres) {
        return local_actor();
    }
    auto user = person_of(database);
    if (!user) {
        return user;
    }
    std::string host = local_host();
    std::replace(host.begin(), host.end(), '@', '_'); // the last '@' ends the user's name
    return fmt::format("{}@{}", *user, host);
}

} // namespace rempart::casefile
