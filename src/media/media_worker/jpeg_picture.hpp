// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// JPEG to luma rows: of RGB up to 4 megapixels, above that the Y plane as it was stored.

#include "media/media_worker/picture_sink.hpp"
#include "rempart/core/bytes.hpp"

namespace rempart::media {

/// Decodes all of `file` into `sink`. The Y plane differs from the luma of decoded RGB by rounding
/// and clipping (0.3 bits of a PDQ hash on average, 4 at most); CMYK is turned into RGB first.
/// \return `malformed`, `unsupported`, `limit_exceeded`, `truncated`, `damaged`, `memory`: then no
///         row was to be had.
[[nodiscard]] Decoded decode_jpeg(ByteView file, PictureSink& sink);

} // namespace rempart::media
