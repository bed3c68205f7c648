// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The frames of an animation and the pages of a document behind the first one.

#include <optional>

#include "media/media_worker/picture_sink.hpp"
#include "media/media_worker/vips_rows.hpp"
#include "rempart/core/bytes.hpp"

namespace rempart::media {

/// Our choices: more frames than this are a video in a picture's clothes; more pixels than this
/// take longer than a picture may.
inline constexpr std::uint32_t kMostFramesLookedAt = 512;
inline constexpr std::uint64_t kMostFramePixels = std::uint64_t{256} << 20;

/// Gives each further frame of `file` to `sink`, within the limits above and those of `sink`.
/// \param first the header of the frame that `sink` has
/// \return what could not be read of them; nothing if all that were looked at were whole.
[[nodiscard]] std::optional<Partial> add_vips_frames(ByteView file, const VipsLoader& loader,
                                                     const PictureHeader& first, PictureSink& sink);

} // namespace rempart::media
