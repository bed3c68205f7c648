// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The two passes over a video: key frames, then what lies between two that are far apart.
/// docs/formats/videos.md gives the rule.

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "media/video_protocol.hpp"
#include "media/video_worker/contact_sheet.hpp"
#include "media/video_worker/container.hpp"
#include "media/video_worker/decoder.hpp"
#include "media/video_worker/frame_border.hpp"
#include "media/video_worker/frame_runs.hpp"

namespace rempart::media {

/// At most one key frame in this time is decoded, and one frame in the second pass.
inline constexpr std::int64_t kSampleMs = 1'000;
/// Key frames farther apart than this leave it open what is between them.
inline constexpr std::int64_t kMaxGapMs = 5'000;

/// What both passes share: what was decoded, and what it cost.
struct Looked {
    VideoLimits limits;
    ContactSheet sheet;
    FrameBorder border;
    std::optional<FramePart> part; ///< Only this of each frame is hashed, and nothing else learnt.
    int rotation = 0;
    std::uint64_t decoded_frames = 0, decoded_pixels = 0;
    std::optional<Error> fault; ///< The first thing that was not as it should be.

    void note(Errc code, std::string what) {
        if (!fault) {
            fault = Error{code, std::move(what)};
        }
    }
    [[nodiscard]] bool has_budget() const { return decoded_pixels < limits.max_decoded_pixels; }
    /// Counts a frame that was decoded and is not looked at.
    void pass_over(const AVFrame& frame);
    /// The hashes of one frame; none if it cannot be hashed.
    [[nodiscard]] std::optional<VideoFrame> hash(const AVFrame& frame, std::int64_t at_ms);
};

/// The groups of pictures that the second pass decodes, by the times of their key frames.
struct KeyFramePass {
    std::vector<VideoFrame> frames;
    std::set<std::int64_t> long_groups;
    bool found_key = false;
    std::int64_t last_ms = 0;
};

[[nodiscard]] KeyFramePass look_at_key_frames(Container& container, Decoder& decoder,
                                              Looked& looked);

/// Which frames the pass over all packets keeps.
struct FullPass {
    const std::set<std::int64_t>* only = nullptr; ///< These groups; null: all.
    std::int64_t step_ms = kSampleMs;             ///< 0: every frame.
    Runs runs = Runs::join;
};
[[nodiscard]] std::vector<VideoFrame> look_at_all(Container& container, Decoder& decoder,
                                                  const FullPass& pass, Looked& looked);

} // namespace rempart::media
