// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Tiny pictures, decoded once before confinement. WebP is left out: libvips starts a thread for
/// it, which may come only afterwards, and its decoder is linked and needs nothing more.

#include <array>
#include <span>
#include <string_view>

namespace rempart::media {

struct Sample {
    std::string_view format; ///< FileType::id.
    std::string_view file;   ///< The bytes of a whole file.
};

[[nodiscard]] std::span<const Sample> samples() noexcept;

} // namespace rempart::media
