// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Frames that look alike and follow each other, kept once with the time from the first to the
/// last: a camera that watches a yard for a day gives few of them. Alike is what
/// recognise/alignment.hpp says of a run: kRunBits from its first frame, kRunGapMs to the next.

#include <cstdint>
#include <vector>

#include "rempart/media/video.hpp"

namespace rempart::media {

enum class Runs : std::uint8_t { join, keep_apart };

/// Takes frames in the order of time.
class FrameRuns {
  public:
    FrameRuns(Runs runs, std::uint32_t max_frames) : runs_(runs), max_frames_(max_frames) {}
    /// \return whether there was room.
    bool add(const VideoFrame& frame);
    [[nodiscard]] std::vector<VideoFrame> take() { return std::move(frames_); }

  private:
    Runs runs_;
    std::uint32_t max_frames_;
    std::vector<VideoFrame> frames_;
};

} // namespace rempart::media
