// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The messages between the pool and a media worker. A request carries the limits and one
/// descriptor; the answer is either what was learnt or why the picture could not be decoded. The
/// worker met hostile bytes, so its answer is checked field by field, and anything odd is
/// `bad_answer`.

#include <cstdint>

#include "media/answer_wire.hpp"
#include "rempart/core/bytes.hpp"
#include "rempart/core/result.hpp"
#include "rempart/media/picture.hpp"

namespace rempart::media {

inline constexpr std::size_t kMaxThumbnailBytes = std::size_t{64} << 10;
inline constexpr std::uint32_t kMaxFrames = 10'000'000;

/// How much the worker's code, libraries and small buffers may take of the child's memory; the rest
/// is for the picture. Our choice: 150 MiB are mapped once all decoders are loaded.
inline constexpr std::uint64_t kWorkerOverheadBytes = std::uint64_t{320} << 20;

struct PictureRequest {
    PictureLimits limits;
    /// What the file in memory and all buffers of whole pictures may take together.
    std::uint64_t work_bytes = 0;
};

[[nodiscard]] Bytes encode(const PictureRequest& request);
/// \return `malformed`.
[[nodiscard]] Result<PictureRequest> decode_request(ByteView message);

/// The outcome for one picture: facts, or the worker's Error (`malformed`, `unsupported`,
/// `limit_exceeded`, `truncated`, `damaged`, `io`, `memory`).
using PictureAnswer = Result<PictureFacts>;

[[nodiscard]] Bytes encode(const PictureAnswer& answer);
/// \return `bad_answer` for whatever a sound worker would not have said under these limits.
[[nodiscard]] Result<PictureAnswer> decode_answer(ByteView message, const PictureLimits& limits);

} // namespace rempart::media
