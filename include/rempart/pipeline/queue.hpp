// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The queue of new material: pictures that no list knows, grouped by near-duplicates, most urgent
/// first, with a reason for every point. A human decides; the order only says where to look first.

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "rempart/casefile/case.hpp"
#include "rempart/casefile/evidence.hpp"
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

/// Groups all pictures of the case by near-duplicates (recognise::near_groups), orders the groups
/// that hold unknown material, and stores both. The same whatever the order of ingest.
[[nodiscard]] Result<void> update_queue(casefile::Case& file, unsigned threads);

/// The part of it that needs no case: for tests.
[[nodiscard]] std::vector<casefile::GroupRecord>
make_queue(std::span<const casefile::PictureView> pictures, unsigned threads);

} // namespace rempart::pipeline
