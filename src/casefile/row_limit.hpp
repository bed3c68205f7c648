// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// A number of rows as LIMIT takes it.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace rempart::casefile {

[[nodiscard]] constexpr std::int64_t row_limit(std::size_t most) {
    constexpr std::size_t kMostOfSql = std::numeric_limits<std::int64_t>::max();
    return static_cast<std::int64_t>(std::min(most, kMostOfSql));
}

} // namespace rempart::casefile
