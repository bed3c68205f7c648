// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Bounds a child's memory from outside: address space by the kernel, resident size by looking.

#include <cstdint>

#include <sys/types.h>

#include "rempart/core/fd.hpp"

namespace rempart::sandbox {

/// Watches one process, through /proc files that it opens while it still may: a confined process
/// is not dumpable, and some systems hide those (hidepid). Without /proc it sees nothing, and the
/// address space is bounded by the kernel all the same.
class MemoryWatch {
  public:
    /// Opens what it needs; bounds nothing yet.
    explicit MemoryWatch(pid_t pid);

    /// Begins. The bound counts from what the process uses now, so that the code and the libraries
    /// of a role do not eat up the memory that its items may have. Sets RLIMIT_AS of the process
    /// (not in sanitized builds, see limits.hpp).
    void bound(std::uint64_t memory_bytes);
    /// Looks once. \return whether the process holds more than it may.
    [[nodiscard]] bool exceeded();
    /// The largest resident size of any look, in bytes; the kernel's own maximum where it tells.
    [[nodiscard]] std::uint64_t peak_bytes();
    /// What the kernel says of the process: a system-call filter and no new privileges. True too if
    /// it cannot be asked.
    [[nodiscard]] bool kernel_confirms_confinement() const;

  private:
    pid_t pid_;
    UniqueFd sizes_;  ///< /proc/PID/statm
    UniqueFd status_; ///< /proc/PID/status
    std::uint64_t resident_limit_bytes_ = ~std::uint64_t{0};
    std::uint64_t peak_bytes_ = 0;
};

/// The sizes of a process in /proc/PID/statm, opened as `fd`; zeros when it has ended.
struct MemorySizes {
    std::uint64_t virtual_bytes = 0;
    std::uint64_t resident_bytes = 0;
};
[[nodiscard]] MemorySizes memory_sizes(int fd);

} // namespace rempart::sandbox
