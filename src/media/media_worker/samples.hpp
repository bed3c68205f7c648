// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// A tiny picture of each format that has libraries to load: decoded once before confinement.

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
