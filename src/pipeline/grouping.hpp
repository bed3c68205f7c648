// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Puts contents of a case into groups, one after the other (docs/adr/0011).

#include <vector>

#include "rempart/casefile/groups.hpp"

namespace rempart::pipeline {

/// The group of each of plan.contents, behind plan.leaders. Reads their fingerprints a block at a
/// time. Memory: about 150 bytes a fingerprint of a leader, 100 a content.
[[nodiscard]] Result<std::vector<casefile::GroupPlaceRecord>>
group_contents(casefile::Case& file, const casefile::GroupingPlan& plan, unsigned threads);

} // namespace rempart::pipeline
