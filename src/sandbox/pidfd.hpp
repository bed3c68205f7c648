// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#include "rempart/core/fd.hpp"

namespace rempart::sandbox {

/// A descriptor that can be read once process `pid` has ended; none if the kernel refuses.
/// (glibc 2.36 declares pidfd_open in <sys/pidfd.h> without extern "C".)
[[nodiscard]] inline UniqueFd open_pidfd(pid_t pid) {
    return UniqueFd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0U)));
}

} // namespace rempart::sandbox
