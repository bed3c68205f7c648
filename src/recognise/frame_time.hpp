// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// How much of a video's time a frame of it stands for.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "rempart/recognise/frame_span.hpp"

namespace rempart::recognise {

/// A frame stands for its own run, and the time to the next one as far as a look at a video leaves
/// it open (key frames at most so far apart), or a second for the last.
inline constexpr std::int64_t kMostToNextMs = 5'000;
inline constexpr std::int64_t kLastFrameMs = 1'000;

/// \param frames by time, each with a `span`.
template <typename Frame>
[[nodiscard]] std::int64_t time_of(std::span<const Frame> frames, std::size_t i) {
    const std::int64_t next =
        i + 1 < frames.size()
            ? std::clamp<std::int64_t>(frames[i + 1].span.from_ms - frames[i].span.to_ms, 0,
                                       kMostToNextMs)
            : kLastFrameMs;
    return frames[i].span.to_ms - frames[i].span.from_ms + next;
}

/// Whether any of a frame's run lies in the stretch.
[[nodiscard]] inline bool lies_in(const FrameSpan& frame, const FrameSpan& stretch) {
    return frame.from_ms <= stretch.to_ms && frame.to_ms >= stretch.from_ms;
}

} // namespace rempart::recognise
