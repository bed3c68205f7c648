// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Groups of a case as a test wants them, and what they are made of.

#include <span>
#include <vector>

#include "rempart/casefile/groups.hpp"

namespace rempart::casefile {

inline constexpr int kNoRule =
    -1; ///< None that a case stands under: all contents are to be grouped.

/// All pictures and videos of complete exhibits, by SHA-256.
inline Result<std::vector<MediaView>> all_media(Case& file) {
    const auto plan = plan_grouping(file, std::nullopt, kNoRule);
    if (!plan) {
        return fail(plan.error());
    }
    std::vector<RowId> ids;
    for (const ContentToGroup& content : plan->contents) {
        ids.push_back(content.content);
    }
    return media_views(file, ids);
}

/// Makes these groups, of which the first content leads, and no others.
inline Result<GroupChanged> set_groups(Case& file, const std::vector<std::vector<RowId>>& groups,
                                       const JudgeGroup& judge) {
    const auto plan = plan_grouping(file, std::nullopt, kNoRule);
    if (!plan) {
        return fail(plan.error());
    }
    std::vector<GroupPlaceRecord> placed;
    for (const auto& group : groups) {
        for (const RowId content : group) {
            placed.push_back({.content = content,
                              .leader = group.front(),
                              .exhibit = 1,
                              .distance = content == group.front() ? 0 : 5,
                              .orientation = "original"});
        }
    }
    const auto changed = change_groups(file,
                                       {.generation = plan->generation,
                                        .rule = 1,
                                        .anew = true,
                                        .placed = placed,
                                        .finished = {},
                                        .all = false},
                                       judge);
    return changed ? Result<GroupChanged>(changed->value()) : fail(changed.error());
}

} // namespace rempart::casefile
