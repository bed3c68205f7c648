// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// PDQ's filter in one pass over the rows of a picture.
///
/// The definition averages twice along rows and columns, over the whole plane, and keeps 64x64
/// samples of it. Both passes are linear, so each sample is one weighted sum of pixels, and every
/// pixel stands in four of them at most. The sums are exact; only each finished sample is rounded.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "recognise/jarosz_axis.hpp"
#include "recognise/pdq_samples.hpp"

namespace rempart::recognise {

/// Memory: 20 bytes a column, and the kernels, 8 bytes a row and a column.
class JaroszRows {
  public:
    /// \pre width and height at least 64
    JaroszRows(std::uint32_t width, std::uint32_t height);

    /// The next row. \pre row.size() is the width, and not all rows have been given
    void add(std::span<const std::uint8_t> row);
    void add(std::span<const float> row);

    [[nodiscard]] std::uint32_t rows() const { return row_; }
    /// \pre all rows have been given
    [[nodiscard]] const PdqSamples& samples() const { return samples_; }

  private:
    // The sums over the rows so far of one row of samples, for each column.
    struct Sums {
        std::vector<double> sum;
        std::vector<std::uint16_t> group; ///< Not yet in `sum`: short sums are faster.
        std::uint32_t group_weight = 0;
    };
    template <typename Value>
    void add_row(std::span<const Value> row);
    void add_weighted(Sums& sums, std::span<const std::uint8_t> row, std::uint64_t weight);
    void add_weighted(Sums& sums, std::span<const float> row, std::uint64_t weight);
    static void move_group_of(Sums& sums);
    void finish(std::size_t sample_row);

    std::array<JaroszSample, kSampleSide> down_;
    std::array<JaroszSample, kSampleSide> across_;
    std::array<std::vector<double>, kSampleSide> across_weights_; ///< For `dot`.
    std::array<Sums, 2> sums_; ///< Of sample row k in [k % 2]: no row stands in more than two.
    std::uint32_t row_ = 0;
    std::size_t first_open_ = 0; ///< The first row of samples that is not finished.
    PdqSamples samples_{};
};

} // namespace rempart::recognise
