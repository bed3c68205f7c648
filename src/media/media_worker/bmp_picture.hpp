// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Uncompressed BMP to luma rows: Debian's libvips reads BMP only through ImageMagick, whose
/// loaders are not for untrusted files.

#include "media/media_worker/picture_sink.hpp"
#include "rempart/core/bytes.hpp"

namespace rempart::media {

/// Decodes `file`: 1, 4 and 8 bits through a palette, 16 and 32 bits with or without masks, 24
/// bits; BITMAPINFOHEADER to BITMAPV5HEADER; either way up. Alpha is ignored, as viewers do.
/// Source: Microsoft, "Bitmap Storage" and BITMAPV5HEADER (wingdi.h).
/// \return `malformed` with the place, `unsupported` (run lengths, embedded JPEG or PNG, OS/2
///         headers), `limit_exceeded`, `truncated` (not one row is there).
[[nodiscard]] Decoded decode_bmp(ByteView file, PictureSink& sink);

} // namespace rempart::media
