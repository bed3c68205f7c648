// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The second half of PDQ: from the 64x64 samples of the filtered picture to its hashes.

#include <array>
#include <cstddef>

#include "rempart/recognise/pdq.hpp"

namespace rempart::recognise {

inline constexpr std::size_t kSampleSide = 64;

/// Row after row, luma 0..255.
using PdqSamples = std::array<std::array<float, kSampleSide>, kSampleSide>;

/// Quality, and the hash of each orientation.
///
/// The arithmetic is the reference's (ThreatExchange, pdq/cpp/hashing/pdqhashing.cpp) to the last
/// bit: single precision, each sum in the order of its index. Equal samples give equal hashes.
[[nodiscard]] PdqFingerprint fingerprint_of(const PdqSamples& samples);

} // namespace rempart::recognise
