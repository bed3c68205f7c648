// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Time stamps as file systems and archives give them, made safe to calculate with.

#include <cstdint>

#include "rempart/core/time.hpp"

namespace rempart::examine {

/// The years 1 to 9999, which is what TimeValue can hold and format (core/time.hpp).
inline constexpr std::int64_t kFirstSecond = -62'135'596'800;
inline constexpr std::int64_t kLastSecond = 253'402'300'799;

/// An instant of `kind`, or none where the seconds lie outside the years 1 to 9999: a stamp that
/// nobody's clock showed. \param nanoseconds below 0 or above 999,999,999: read as 0.
[[nodiscard]] inline TimeValue instant(TimeKind kind, std::int64_t seconds,
                                       std::int64_t nanoseconds) {
    if (seconds < kFirstSecond || seconds > kLastSecond) {
        return {};
    }
    const bool sound = nanoseconds >= 0 && nanoseconds < 1'000'000'000;
    return {kind, seconds * 1'000'000 + (sound ? nanoseconds / 1'000 : 0)};
}

} // namespace rempart::examine
