// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The last steps of a process that confines itself, common to role programs and forked children.

#include <cstddef>
#include <cstdint>

#include "rempart/sandbox/limits.hpp"
#include "sandbox/filter.hpp"

namespace rempart::sandbox {

/// Sets the limits that do not depend on the caller: no core file (it would hold evidence), few
/// descriptors, no file that grows beyond `memory_bytes` (memory files that were handed over work
/// below it). Allocates nothing. \return whether all were set.
[[nodiscard]] bool set_fixed_limits(std::uint64_t memory_bytes) noexcept;

/// Confines this process: not dumpable, no new privileges, Landlock, then `filter`. Allocates
/// nothing. `resource_limits` of the result stays false: the caller knows.
[[nodiscard]] Confinement confine_self(Filter& filter) noexcept;

} // namespace rempart::sandbox
