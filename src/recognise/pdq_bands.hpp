// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The bands that multi-index hashing cuts a PDQ hash into.
///
/// Source: Norouzi, Punjani, Fleet, "Fast Search in Hamming Space with Multi-Index Hashing", CVPR
/// 2012. Two hashes at most 31 bits apart differ in at most one bit in at least one of 16 bands, as
/// 16 bands with two each would be 32; at most 15 bits apart, they are equal in at least one. So it
/// is enough to compare, band by band, hashes with the same value there or one of the 16 values
/// next to it: 0.4 % of unlike hashes.

#include <cstddef>
#include <cstdint>

#include "rempart/recognise/pdq_hash.hpp"

namespace rempart::recognise {

inline constexpr std::size_t kBands = 16;
inline constexpr int kBandBits = 16;
inline constexpr std::size_t kBandValues = std::size_t{1} << kBandBits;
/// Beyond it one bit a band is not enough.
inline constexpr int kMaxBandedRadius = 2 * static_cast<int>(kBands) - 1;

[[nodiscard]] inline std::uint16_t band_value(PdqHash hash, std::size_t band) {
    return static_cast<std::uint16_t>(hash.words()[band / 4] >> (kBandBits * (band % 4)));
}

/// How many bits two hashes at most `radius` apart differ by in one of their bands, at most.
[[nodiscard]] inline int band_radius(int radius) {
    return radius < static_cast<int>(kBands) ? 0 : 1;
}

/// Calls `visit` with each value at most `bits`, 0 or 1, from `value`.
template <typename Visit>
void each_value_near(std::uint16_t value, int bits, const Visit& visit) {
    visit(value);
    for (int bit = 0; bit < kBandBits && bits > 0; ++bit) {
        visit(static_cast<std::uint16_t>(value ^ (1U << bit)));
    }
}

} // namespace rempart::recognise
