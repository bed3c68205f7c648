// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The messages between the pool of videos and a video worker. As picture_protocol.hpp: the worker
/// met hostile bytes, so its answer is checked field by field.

#include <cstdint>

#include "rempart/core/bytes.hpp"
#include "rempart/core/result.hpp"
#include "rempart/media/video.hpp"

namespace rempart::media {

inline constexpr std::size_t kMaxCodecNameBytes = 32;
inline constexpr std::size_t kMaxContactSheetBytes = std::size_t{256} << 10;
/// Longer than any recording: a container's claim above it is not believed.
inline constexpr std::int64_t kMaxVideoMs = std::int64_t{10} * 365 * 24 * 3'600'000;

/// How much code, libraries and small buffers may take of the child's memory. Our choice.
inline constexpr std::uint64_t kVideoOverheadBytes = std::uint64_t{512} << 20;

struct VideoRequest {
    VideoLimits limits;
    Sampling sampling = Sampling::key_frames;
};

[[nodiscard]] Bytes encode(const VideoRequest& request);
/// \return `malformed`.
[[nodiscard]] Result<VideoRequest> decode_video_request(ByteView message);

/// The outcome for one video: facts, or the worker's Error.
using VideoAnswer = Result<VideoFacts>;

[[nodiscard]] Bytes encode(const VideoAnswer& answer);
/// \return `bad_answer` for whatever a sound worker would not have said under these limits.
[[nodiscard]] Result<VideoAnswer> decode_video_answer(ByteView message, const VideoLimits& limits);
/// The largest answer under these limits, in bytes.
[[nodiscard]] std::size_t max_answer_bytes(const VideoLimits& limits);

} // namespace rempart::media
