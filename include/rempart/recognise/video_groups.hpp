// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Which video another one is a copy or a part of, for groups of near-duplicates.
///
/// A video follows a leader when nearly all of it is in the leader: at least kLeastOfVideo of its
/// time lies in stretches that both have (align). So whoever looked at the leader has seen what the
/// video shows, but for a fifth at most; a logo, a title or an intro that two videos share joins
/// nothing, and a long film never hides behind a clip of it. docs/adr/0011 says why.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "rempart/core/result.hpp"
#include "rempart/recognise/listed_videos.hpp"
#include "rempart/recognise/pdq.hpp"

namespace rempart::recognise {

/// Four fifths: vPDQ's share of a match, here of the whole video's time, with what is too dark or
/// plain to be compared.
inline constexpr double kLeastOfVideo = 0.8;

struct VideoPlace {
    std::size_t leader = 0; ///< In the order of add_leader, from 0.
    int distance = 0;       ///< Of the pair of frames that is nearest, in bits.
    Orientation orientation{};
    friend bool operator==(const VideoPlace&, const VideoPlace&) = default;
};

/// Not for sharing between threads, but find() may run on several while nobody adds. Memory: about
/// 150 bytes a leader's frame.
class VideoGrouper {
  public:
    explicit VideoGrouper(int radius = PdqHash::kMatchDistance); ///< 0..31
    VideoGrouper(VideoGrouper&&) noexcept;
    VideoGrouper& operator=(VideoGrouper&&) noexcept;
    ~VideoGrouper();

    /// Its frames by time; of their hashes only the first counts. Frames of a quality below
    /// kMinPdqQuality are time that nothing is compared with. \return `limit_exceeded` beyond
    /// 2^32 - 2 frames; `io` (no memory to map).
    [[nodiscard]] Result<void> add_leader(std::span<const VideoLook> looks);

    /// The leader that holds most of the video, the earliest of equal ones; null if none holds
    /// enough. Frames by time, in 8 orientations. \return `io`.
    [[nodiscard]] Result<std::optional<VideoPlace>> find(std::span<const VideoLook> looks) const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace rempart::recognise
