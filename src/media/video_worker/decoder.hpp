// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// One decoder of the list in docs/formats/videos.md, on one thread.

#include <functional>
#include <optional>

#include "media/video_protocol.hpp"
#include "media/video_worker/ffmpeg.hpp"
#include "rempart/core/result.hpp"

namespace rempart::media {

class Decoder {
  public:
    /// \return `unsupported` (codec), `limit_exceeded` (its size), `malformed`, `memory`.
    [[nodiscard]] static Result<Decoder> open(const AVCodecParameters& parameters,
                                              const VideoLimits& limits, AVDiscard skip);

    /// Gives each frame that comes of `packet` to `take`; null flushes out what is left.
    /// \return whether the decoder had nothing to say against it.
    bool decode(const AVPacket* packet, const std::function<void(const AVFrame&)>& take);
    /// Forgets everything but the stream's headers.
    void forget();
    [[nodiscard]] const char* name() const { return context_->codec->name; }

  private:
    CodecPointer context_;
    FramePointer frame_;
};

/// FFmpeg's name of the decoder that is used for a codec; null for one outside the list.
[[nodiscard]] const char* decoder_of(AVCodecID codec) noexcept;

/// Looks all of them up, so that a build without one is found before evidence is.
/// \return `unsupported`.
[[nodiscard]] Result<void> check_decoders();

} // namespace rempart::media
