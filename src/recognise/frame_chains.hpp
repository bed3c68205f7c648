// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Chains of pairs of frames that go on together in both videos: the search behind `align`.

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "rempart/recognise/alignment.hpp"

namespace rempart::recognise {

/// What bounds the search: our choice, see align.
struct ChainLimits {
    std::size_t pairs_a_frame = 32;
    std::size_t pairs = std::size_t{1} << 18;
    std::size_t look_back = 512;
};

struct FrameChain {
    std::int64_t score = 0;
    std::vector<FramePair> pairs; ///< By query and entry frame; of one orientation.
};

/// Whether `next` may follow `pair` in a chain: later or equal in both videos, within the gap, and
/// some times within their spans at which both clocks ran alike.
[[nodiscard]] bool may_follow(const FramePair& pair, const FramePair& next,
                              std::span<const AlignedFrame> query,
                              std::span<const AlignedFrame> entry);
/// What a pair is worth alone, and behind another: less if it shares a frame with it, and if the
/// clocks differ. \pre may_follow
[[nodiscard]] std::int64_t worth_of(const FramePair& pair);
[[nodiscard]] std::int64_t worth_behind(const FramePair& pair, const FramePair& next,
                                        std::span<const AlignedFrame> query,
                                        std::span<const AlignedFrame> entry);

/// Chains by falling score, no pair in two of them: the best one there is, then the best of what
/// is left of it, as far as the search for the first one told.
[[nodiscard]] std::vector<FrameChain> find_chains(std::span<const AlignedFrame> query,
                                                  std::span<const AlignedFrame> entry,
                                                  std::span<const FramePair> pairs,
                                                  const ChainLimits& limits = {});

} // namespace rempart::recognise
