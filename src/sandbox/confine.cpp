// SPDX-License-Identifier: Apache-2.0
#include "sandbox/confine.hpp"

#include <sys/prctl.h>
#include <sys/resource.h>

#include "sandbox/ending.hpp"
#include "sandbox/landlock.hpp"
#include "sandbox/sanitized.hpp"

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/common_interface_defs.h>
#endif

namespace rempart::sandbox {
namespace {

bool limit(__rlimit_resource resource, std::uint64_t value) noexcept {
    rlimit bound{};
    if (::getrlimit(resource, &bound) != 0) {
        return false;
    }
    if (bound.rlim_max < value) { // a process without rights cannot raise what it was given
        value = bound.rlim_max;
    }
    bound = {value, value};
    return ::setrlimit(resource, &bound) == 0;
}

} // namespace

bool set_fixed_limits(std::uint64_t memory_bytes) noexcept {
    constexpr std::uint64_t kMaxDescriptors = 1024; // a split image may have hundreds of segments
    const bool no_core = limit(RLIMIT_CORE, 0);
    const bool few_descriptors = limit(RLIMIT_NOFILE, kMaxDescriptors);
    const bool small_files = limit(RLIMIT_FSIZE, memory_bytes);
    return no_core && few_descriptors && small_files;
}

Confinement confine_self(Filter& filter) noexcept {
    Confinement confinement;
    ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); // nobody of the same user attaches to it
    report_exhausted_memory();
#if defined(__SANITIZE_ADDRESS__)
    __sanitizer_sandbox_arguments arguments{};
    __sanitizer_sandbox_on_notify(&arguments); // reads /proc/self/maps while it still can
#endif
    confinement.no_new_privileges = ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
    if (confinement.no_new_privileges) {
        confinement.landlock_abi = deny_by_landlock();
        confinement.seccomp = filter.install() == 0;
    }
    return confinement;
}

} // namespace rempart::sandbox
