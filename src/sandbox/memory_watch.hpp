// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Bounds a child's memory from outside: address space by the kernel, resident size by looking.

#include <cstdint>

#include <sys/types.h>

#include "rempart/core/fd.hpp"

namespace rempart::sandbox {

/// Watches one process. The bound counts from what the process uses when the watch begins, so that
/// the code and the libraries of a role do not eat up the memory that its item may have.
class MemoryWatch {
  public:
    MemoryWatch() = default;
    /// Begins now. Sets RLIMIT_AS of the process (not in sanitized builds, see limits.hpp).
    MemoryWatch(pid_t pid, std::uint64_t memory_bytes);

    /// Looks once. \return whether the process holds more than it may.
    [[nodiscard]] bool exceeded();
    /// The largest resident size of any look, in bytes; the kernel's own maximum where it tells.
    [[nodiscard]] std::uint64_t peak_bytes();
    /// Whether the kernel bounds the address space.
    [[nodiscard]] bool address_space_is_bounded() const { return bounded_; }

  private:
    UniqueFd sizes_;  ///< /proc/PID/statm
    UniqueFd status_; ///< /proc/PID/status
    std::uint64_t resident_limit_bytes_ = ~std::uint64_t{0};
    std::uint64_t peak_bytes_ = 0;
    bool bounded_ = false;
};

/// The sizes of a process in /proc/PID/statm, opened as `fd`; zeros when it has ended.
struct MemorySizes {
    std::uint64_t virtual_bytes = 0;
    std::uint64_t resident_bytes = 0;
};
[[nodiscard]] MemorySizes memory_sizes(int fd);

} // namespace rempart::sandbox
