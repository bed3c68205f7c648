// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// PNG, GIF, WebP, TIFF, HEIC and AVIF to luma rows, through libvips.

#include <string_view>

#include "media/media_worker/picture_sink.hpp"
#include "rempart/core/bytes.hpp"
#include "rempart/core/result.hpp"

namespace rempart::media {

/// Makes libvips ready: its untrusted loaders blocked, one thread, nothing cached, no messages on
/// the terminal. Once a process, before `decode_with_vips`. \return `unsupported`.
[[nodiscard]] Result<void> start_vips();

/// Whether that type of file (FileType::id) is decoded here.
[[nodiscard]] bool vips_decodes(std::string_view format);

/// Decodes the first frame of `file` into `sink`, as 8-bit sRGB on white, without its colour
/// profile. Runs in the calling thread, row after row where the format allows (docs/formats/
/// pictures.md says which do not).
/// \pre vips_decodes(format)
/// \return `malformed`, `unsupported`, `limit_exceeded`, `truncated`, `damaged`, `memory`: then no
///         row was to be had.
[[nodiscard]] Decoded decode_with_vips(ByteView file, std::string_view format, PictureSink& sink);

} // namespace rempart::media
