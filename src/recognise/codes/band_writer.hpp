// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Writes the table of one band: where each value's codes begin, and their places by value.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "recognise/codes/code_bands.hpp"
#include "recognise/codes/snapshot_target.hpp"
#include "rempart/core/result.hpp"

namespace rempart::recognise {

/// The band that codes are sorted by already: only where each value begins.
[[nodiscard]] Result<void> write_first_band(std::span<const PdqHash> codes, CodeBand band,
                                            SectionWriter& starts);

/// Any other band: a counting sort by value in two steps, the second of which stays in the core's
/// cache. What is more than fits into memory is sorted range by range, each with another pass over
/// the codes. Reusable.
class BandWriter {
  public:
    /// \param most_places how many places are held at once: 8 bytes each.
    BandWriter(std::span<const PdqHash> codes, const CodeBands& bands, std::uint32_t id_bytes,
               std::size_t most_places);
    /// \pre band > 0
    [[nodiscard]] Result<void> write(unsigned band, SectionWriter& starts, SectionWriter& ids);

  private:
    static constexpr std::size_t kParts = 512; ///< Our choice: their ends stay in the cache.
    struct Range {                             // of values, in parts of 2^shift values
        std::uint64_t low = 0, count = 0;
        unsigned shift = 0;
        std::vector<std::uint64_t> in_part; ///< Codes of each.
        std::uint64_t codes = 0;

        Range(std::uint64_t from, std::uint64_t values);
        void count_one(std::uint64_t value) { // above the lowest
            ++in_part[value >> shift];
            ++codes;
        }
    };

    [[nodiscard]] Range count_codes(std::uint64_t low, std::uint64_t count) const;
    [[nodiscard]] Result<void> write_range(const Range& range);
    [[nodiscard]] Result<void> write_sorted(const Range& range);
    [[nodiscard]] Result<void> write_part(std::span<const std::uint64_t> part,
                                          std::uint64_t values);
    [[nodiscard]] Result<void> write_one_value(std::uint64_t value);
    [[nodiscard]] std::size_t take_with(std::uint64_t value, std::size_t place);
    [[nodiscard]] Result<void> append_ids(std::span<const std::uint32_t> ids);

    std::span<const PdqHash> codes_;
    const CodeBands& bands_;
    std::vector<Range> whole_; ///< All values, by band: counted in one pass over the codes.
    std::uint32_t id_bytes_;
    std::size_t most_places_;
    CodeBand band_;
    SectionWriter* starts_ = nullptr;
    SectionWriter* ids_ = nullptr;
    std::uint32_t written_ = 0;         ///< Places so far.
    std::vector<std::uint64_t> places_; ///< By part: the low bits of the value, then the place.
    std::vector<std::uint32_t> part_starts_, part_ids_;
    Bytes packed_;
};

} // namespace rempart::recognise
