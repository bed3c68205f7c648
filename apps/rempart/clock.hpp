// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

#include "rempart/core/time.hpp"

namespace rempart::cli {

/// The time of a command, as the case keeps it.
[[nodiscard]] inline TimeValue now_utc() {
    const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
    return {TimeKind::utc,
            std::chrono::duration_cast<std::chrono::microseconds>(since_epoch).count()};
}

} // namespace rempart::cli
