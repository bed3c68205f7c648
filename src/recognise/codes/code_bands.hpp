// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The bands that multi-index hashing cuts a code into (source: see code_index.hpp).

#include <array>
#include <cassert>
#include <cstdint>
#include <span>
#include <vector>

#include "rempart/recognise/pdq_hash.hpp"

namespace rempart::recognise {

/// Some consecutive bits of a code, counted from the most significant one.
struct CodeBand {
    unsigned offset = 0;
    unsigned width = 0; ///< 1..32

    [[nodiscard]] std::uint32_t value(const PdqHash& code) const {
        const auto& words = code.words();
        const unsigned word = offset / 64;
        const unsigned shift = offset % 64;
        std::uint64_t bits = words[word] << shift;
        if (shift + width > 64) { // goes on in the next word
            bits |= words[word + 1] >> (64 - shift);
        }
        return static_cast<std::uint32_t>(bits >> (64 - width));
    }
};

/// How codes are cut, and which values of a band a query looks up.
class CodeBands {
  public:
    /// Ten bands are 25 and 26 bits wide: tables for fewer would be larger than what they list.
    static constexpr unsigned kFewest = 10;
    static constexpr unsigned kMost = 32;

    /// \pre kFewest <= count <= kMost
    explicit CodeBands(unsigned count);

    [[nodiscard]] unsigned count() const { return static_cast<unsigned>(bands_.size()); }
    [[nodiscard]] const CodeBand& operator[](unsigned band) const { return bands_[band]; }

    /// By how many bits at most two codes at most `distance` apart differ in `band` if no other
    /// band brings them together; -1: one of the others always does. \pre 0 <= distance <= 31
    [[nodiscard]] int radius(unsigned band, int distance) const {
        const int few = distance / static_cast<int>(count());
        return static_cast<int>(band) <= distance % static_cast<int>(count()) ? few : few - 1;
    }

    /// What to flip in a value of `band` to get each value at most `radius` from it, ascending, so
    /// that values which stand together are looked up one after the other. \pre 0 <= radius <= 3
    [[nodiscard]] std::span<const std::uint32_t> flips(unsigned band, int radius) const {
        return flips_[bands_[band].width - narrow_][static_cast<std::size_t>(radius)];
    }

  private:
    std::vector<CodeBand> bands_;
    unsigned narrow_ = 0; ///< The smaller of the two widths.
    std::array<std::array<std::vector<std::uint32_t>, 4>, 2> flips_;
};

/// The number of bands that answers fastest at this size; 0: none. Our choice, by measurement
/// (code_index_bench).
[[nodiscard]] unsigned best_band_count(std::uint64_t codes);

} // namespace rempart::recognise
