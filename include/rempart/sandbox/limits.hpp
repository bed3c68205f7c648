// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// What a confined child may use, and what held it.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

#include "rempart/core/result.hpp"

namespace rempart::sandbox {

/// The bounds of one confined child. Each is enforced by the kernel or by the parent, never by the
/// child's good will.
struct Limits {
    /// Memory of the child. Exceeding it gives Errc::memory. In builds with a sanitizer the
    /// resident size is watched instead of the address space, which the sanitizer reserves in
    /// terabytes.
    std::uint64_t memory_bytes = std::uint64_t{1} << 30;
    /// Longest time for one call or between two messages of a stream. Exceeding it: Errc::deadline.
    std::chrono::milliseconds deadline{30'000};
    /// Largest message accepted from the child. A larger one: Errc::bad_answer.
    std::size_t max_answer_bytes = std::size_t{16} << 20;
};

/// What confines a child on this kernel. Recorded with every run, because a kernel without Landlock
/// confines less (Debian 12's 6.1 has ABI 2; a kernel may also be built without it).
struct Confinement {
    bool no_new_privileges = false;
    bool seccomp = false; ///< System-call allow-list; also what keeps it off the network.
    int landlock_abi = 0; ///< 0: none; else every access to the file system is denied by it.
    bool resource_limits = false;

    /// "seccomp, landlock 7, rlimits", for people and for the case.
    [[nodiscard]] std::string describe() const;
    friend bool operator==(const Confinement&, const Confinement&) = default;
};

} // namespace rempart::sandbox
