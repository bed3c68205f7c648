// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// A stretch of a video's time.

#include <compare>
#include <cstdint>

namespace rempart::recognise {

/// From one frame to another, both included, in milliseconds since the video's first frame; equal
/// for a single frame.
struct FrameSpan {
    std::int64_t from_ms = 0, to_ms = 0;
    friend auto operator<=>(const FrameSpan&, const FrameSpan&) = default;
};

/// Ten years: longer than any recording.
inline constexpr std::int64_t kMaxFrameMs = std::int64_t{10} * 365 * 24 * 3'600'000;

} // namespace rempart::recognise
