// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Which stretches of one video are stretches of another, from the pairs of frames that look alike.
/// Pure: no clock, no input or output, the same for the same input.
///
/// Pairs that go on together in both videos are chained (the chaining of local matches in the
/// alignment of sequences: Abouelhoda and Ohlebusch, J. Discrete Algorithms 3, 2005; here with time
/// instead of letters), so that a changed frame rate, a speed that is a few percent off, and
/// samples that do not lie on each other are nothing special. docs/adr/0012 gives the rule and what
/// else was weighed.

#include <cstdint>
#include <span>
#include <vector>

#include "rempart/recognise/frame_span.hpp"
#include "rempart/recognise/pdq.hpp"

namespace rempart::recognise {

/// A frame, or a run of frames that look alike, of a quality that counts.
struct AlignedFrame {
    FrameSpan span;
    PdqHash hash;
    /// It looks like frames of many videos (a logo, a test card): it tells nothing of this one.
    bool is_common = false;
};

/// Two frames within the radius, by their places in the two videos.
struct FramePair {
    std::uint32_t query = 0, entry = 0;
    int distance = 0;
    Orientation orientation{}; ///< Of the query, which makes it look like the entry.
    friend auto operator<=>(const FramePair&, const FramePair&) = default;
};

/// A stretch that both videos have.
struct AlignedSegment {
    FrameSpan query, entry;
    Orientation orientation{};    ///< The same throughout.
    int distance = 0;             ///< The least of its pairs, in bits.
    std::uint32_t best_entry = 0; ///< The frame of that pair.
    std::uint32_t matched = 0;    ///< Frames of the query that look like one of the entry in it.
    friend auto operator<=>(const AlignedSegment&, const AlignedSegment&) = default;
};

/// Frames of a run differ from its first one in at most so many bits, and each follows the one
/// before within the gap: a longer one was not looked at. Our choice: encoding moves a standing
/// picture by less, and most of what the radius of a match allows is left.
inline constexpr int kRunBits = 6;
inline constexpr std::int64_t kRunGapMs = 6'000;

/// Our choices (docs/adr/0012): from one pair of a chain to the next the two clocks may differ by
/// 5 % (24 frames a second shown as 25 are 4 %) and by a second of sampling; what was not matched
/// in between is half a minute at most.
inline constexpr double kMaxSpeedOff = 0.05;
inline constexpr std::int64_t kMaxClockSlipMs = 1'000;
inline constexpr std::int64_t kMaxPairGapMs = 30'000;
/// A stretch counts if it shows three looks over four seconds, or two over eight, in both videos,
/// and a quarter of the frames of one of them match there; or if it is four fifths of either video
/// (vPDQ's share of a match) and half of the frames match. Looks are more than a radius apart.
inline constexpr int kManyLooks = 3, kFewLooks = 2;
inline constexpr std::int64_t kManyLooksMs = 4'000, kFewLooksMs = 8'000;
inline constexpr double kLeastMatched = 0.25, kLeastMatchedOfWhole = 0.5, kWholeVideo = 0.8;

/// The common stretches, by time in the query. A stretch of the query stands once, where it fits
/// best. Frames are by time; pairs in any order, each once.
///
/// Time: of each query frame at most 32 pairs are looked at, some 2^18 in all, and 512 before each:
/// at most some 2^27 steps of a few ns, however large the videos are. Of more pairs a frame,
/// the nearest count.
[[nodiscard]] std::vector<AlignedSegment> align(std::span<const AlignedFrame> query,
                                                std::span<const AlignedFrame> entry,
                                                std::span<const FramePair> pairs);

} // namespace rempart::recognise
