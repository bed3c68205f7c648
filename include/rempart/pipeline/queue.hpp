// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The queue of new material: pictures and videos that no list knows, grouped by near-duplicates,
/// most urgent first, with a reason for every point. A human decides; the order only says where to
/// look first.
///
/// Groups are kept in the case and grow (docs/adr/0011): what they are is a function of the
/// complete exhibits, whatever the order in which these were finished.

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "rempart/casefile/case.hpp"
#include "rempart/casefile/groups.hpp"
#include "rempart/core/result.hpp"

namespace rempart::pipeline {

/// A fact that gives or takes points, as help and the report print it.
struct QueueRule {
    std::string_view fact;
    int points = 0;
    std::string_view why;
};
/// Every rule there is. Nothing about a person is among them, only about the material.
[[nodiscard]] std::span<const QueueRule> queue_rules() noexcept;

/// What a group of these is worth. \pre not empty; by SHA-256.
[[nodiscard]] casefile::GroupWorth judge_group(std::span<const casefile::MediaView> members);

/// Raised when groups would come out otherwise: all contents are then grouped again.
inline constexpr int kGroupingRule = 1;

/// Makes an exhibit complete that nothing is left to read of: its contents join the groups, groups
/// that it has seen are judged again, and its last job is taken off. \return as
/// casefile::finish_exhibit.
[[nodiscard]] Result<casefile::GroupChanged>
finish_exhibit(casefile::Case& file, const casefile::Job& job, unsigned threads);

/// Which groups are judged again.
enum class Judging : std::uint8_t {
    due, ///< Those that a list hits whose hits or entries changed.
    all,
};
/// After something changed what is known. Groups what complete exhibits hold and no group has, too.
[[nodiscard]] Result<casefile::GroupChanged> update_queue(casefile::Case& file, unsigned threads,
                                                          Judging judging = Judging::due);

} // namespace rempart::pipeline
