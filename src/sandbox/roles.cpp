// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <system_error>

#include <unistd.h>

#include "rempart/sandbox/child.hpp"

namespace rempart::sandbox {
namespace {

bool is_role_name(std::string_view role) {
    return !role.empty() && std::all_of(role.begin(), role.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    });
}

} // namespace

Result<std::filesystem::path> find_role(std::string_view role) {
    if (!is_role_name(role)) {
        return fail(Errc::invalid_argument, "not the name of a confined program");
    }
    std::error_code error;
    const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
    if (error) {
        return fail(Errc::io, "the running program cannot be located: /proc is needed");
    }
    const auto folder = program.parent_path();
    // bin/ and tests/ lie beside libexec/; a benchmark lies above it.
    for (const auto& libexec : {folder.parent_path() / "libexec", folder / "libexec"}) {
        auto path = libexec / "rempart" / role;
        if (::access(path.c_str(), X_OK) == 0) {
            return path;
        }
    }
    return fail(Errc::not_found,
                "a confined program is missing: libexec/rempart/" + std::string(role));
}

} // namespace rempart::sandbox
