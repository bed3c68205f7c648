// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// All that is learnt from one picture file, inside the confined worker.

#include "media/picture_protocol.hpp"
#include "rempart/core/bytes.hpp"
#include "rempart/core/result.hpp"

namespace rempart::media {

/// Initialises the decoders and decodes tiny pictures, so that every library, module and table that
/// they load on first use is there before the door closes. Leaves no thread running.
/// \return `unsupported` if a decoder of the list in docs/formats/pictures.md is missing.
[[nodiscard]] Result<void> start_decoders();

/// The type is told from the bytes, never from a name.
/// \return see Pool::examine_picture.
[[nodiscard]] PictureAnswer examine_picture(ByteView file, const PictureRequest& request);

} // namespace rempart::media
