// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// How a confined process tells its end to its parent, and how the parent reads it.

#include <cstdint>
#include <string_view>

#include "rempart/core/result.hpp"

namespace rempart::sandbox {

/// Exit statuses of our own choice, above those that programs use and below the shell's 128. Code
/// that has been taken over may forge them: it then gets its item a wrong reason, nothing else.
inline constexpr int kMemoryStatus = 90;     ///< An allocation failed.
inline constexpr int kUnconfinedStatus = 91; ///< Confinement is not to be had: nothing was run.
inline constexpr int kErrorStatusBase = 100; ///< + Errc: the role gave up by itself.

/// What the parent knows besides the wait status.
enum class Stopped : std::uint8_t {
    by_itself,  ///< We did not kill it.
    deadline,   ///< We killed it: it took too long.
    memory,     ///< We killed it: it held too much memory.
    bad_answer, ///< We killed it for what it sent.
    on_request, ///< We killed it because the caller asked.
};

/// The error for a child that ended with `wait_status` (of waitpid). `where` says in what part of
/// the exchange ("before it answered").
[[nodiscard]] Error ending_error(int wait_status, Stopped stopped, std::string_view where);

/// In the child: from now on a failed allocation ends the process with kMemoryStatus, and so does a
/// crash that an exhausted address space caused. Has no effect on how other crashes look.
void report_exhausted_memory() noexcept;

} // namespace rempart::sandbox
