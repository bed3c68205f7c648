// SPDX-License-Identifier: Apache-2.0
#include "rempart/sandbox/limits.hpp"

#include <fmt/format.h>

namespace rempart::sandbox {

std::string Confinement::describe() const {
    std::string text;
    const auto add = [&text](std::string_view part) {
        text += text.empty() ? "" : ", ";
        text += part;
    };
    if (seccomp) {
        add("seccomp");
    }
    if (landlock_abi > 0) {
        add(fmt::format("landlock {}", landlock_abi));
    }
    if (resource_limits) {
        add("rlimits");
    }
    if (no_new_privileges) {
        add("no new privileges");
    }
    return text.empty() ? "none" : text;
}

} // namespace rempart::sandbox
