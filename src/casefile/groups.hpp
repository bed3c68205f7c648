// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Why a group of near-duplicates stands where it does in the queue.

#include <string_view>
#include <vector>

#include "casefile/database.hpp"
#include "rempart/casefile/groups.hpp"

namespace rempart::casefile {

/// For reasons_of: one parameter, its leader.
inline constexpr std::string_view kReasonsOfGroup =
    "SELECT fact, points, source FROM near_group_reasons WHERE leader_id = $1 ORDER BY ordinal";

/// In the order in which they were given.
[[nodiscard]] Result<std::vector<ReasonRecord>> reasons_of(Statement& statement, RowId leader);

} // namespace rempart::casefile
