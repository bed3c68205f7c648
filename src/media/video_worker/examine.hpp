// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// All that is learnt from one video file, inside the confined worker.

#include "media/video_protocol.hpp"

namespace rempart::media {

/// Sets FFmpeg up and finds its decoders; encodes and decodes once, so that what it loads on first
/// use is there before the door closes. \return `unsupported`.
[[nodiscard]] Result<void> start_video_decoders();

/// The type is told from the bytes, never from a name. Reads at offsets: the descriptor's own
/// position stays.
/// \return see VideoPool::examine.
[[nodiscard]] VideoAnswer examine_video(int descriptor, const VideoRequest& request);

} // namespace rempart::media
