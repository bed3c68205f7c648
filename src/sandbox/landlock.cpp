// SPDX-License-Identifier: Apache-2.0
#include "sandbox/landlock.hpp"

#include <cstddef>
#include <cstdint>

#include <sys/syscall.h>
#include <unistd.h>

namespace rempart::sandbox {
namespace {

// struct landlock_ruleset_attr of Linux 6.12 (include/uapi/linux/landlock.h). Debian 12's header
// knows the first member only, but the running kernel may know more; the size tells it how much.
struct RulesetAttributes {
    std::uint64_t handled_access_fs;
    std::uint64_t handled_access_net;
    std::uint64_t scoped;
};

constexpr unsigned long kVersionFlag = 1; // LANDLOCK_CREATE_RULESET_VERSION

// How many bits of each member an ABI knows: Documentation/userspace-api/landlock.rst, "Previous
// limitations". ABI 2: refer, 3: truncate, 4: TCP bind and connect, 5: ioctl on devices, 6: scopes.
struct AbiBits {
    int abi;
    unsigned fs;
    unsigned net;
    unsigned scoped;
};
constexpr AbiBits kAbis[] = {{1, 13, 0, 0}, {2, 14, 0, 0}, {3, 15, 0, 0},
                             {4, 15, 2, 0}, {5, 16, 2, 0}, {6, 16, 2, 2}};

constexpr std::uint64_t low_bits(unsigned count) {
    return (std::uint64_t{1} << count) - 1;
}

} // namespace

int deny_by_landlock() noexcept {
    const long abi = ::syscall(SYS_landlock_create_ruleset, nullptr, std::size_t{0}, kVersionFlag);
    if (abi < 1) {
        return 0;
    }
    AbiBits bits = kAbis[0];
    for (const AbiBits& known : kAbis) {
        bits = known.abi <= abi ? known : bits;
    }
    RulesetAttributes attributes{low_bits(bits.fs), low_bits(bits.net), low_bits(bits.scoped)};
    const std::size_t size = bits.scoped != 0 ? 24 : bits.net != 0 ? 16 : 8;
    const long ruleset = ::syscall(SYS_landlock_create_ruleset, &attributes, size, 0UL);
    if (ruleset < 0) {
        return 0;
    }
    const long restricted = ::syscall(SYS_landlock_restrict_self, static_cast<int>(ruleset), 0UL);
    ::close(static_cast<int>(ruleset));
    return restricted == 0 ? static_cast<int>(abi) : 0;
}

} // namespace rempart::sandbox
