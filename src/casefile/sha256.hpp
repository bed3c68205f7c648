// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// SHA-256 of a few bytes in memory, for comparing thumbnails in the canonical export. The digests
/// of evidence are made elsewhere (rempart/recognise/digest.hpp), which this module may not name.

#include <array>

#include "rempart/core/bytes.hpp"

namespace rempart::casefile {

/// FIPS 180-4, section 6.2. \pre bytes.size() < 2^61
[[nodiscard]] std::array<std::byte, 32> sha256_of(ByteView bytes);

} // namespace rempart::casefile
