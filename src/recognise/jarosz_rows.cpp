// SPDX-License-Identifier: Apache-2.0
#include "recognise/jarosz_rows.hpp"

#include <algorithm>
#include <cassert>

#include "recognise/jarosz_kernel.hpp"

namespace rempart::recognise {

JaroszRows::JaroszRows(std::uint32_t width, std::uint32_t height)
    : down_(jarosz_axis(height)), across_(jarosz_axis(width)) {
    for (std::size_t k = 0; k < kSampleSide; ++k) {
        across_weights_[k].assign(across_[k].weights.begin(), across_[k].weights.end());
    }
    for (Sums& sums : sums_) {
        sums.sum.resize(width);
        sums.group.resize(width);
    }
}

void JaroszRows::add(std::span<const std::uint8_t> row) {
    add_row(row);
}

void JaroszRows::add(std::span<const float> row) {
    add_row(row);
}

template <typename Value>
void JaroszRows::add_row(std::span<const Value> row) {
    assert(row.size() == sums_[0].sum.size());
    // Not from a stored index on: a finished row of samples moves first_open_.
    for (std::size_t k = first_open_; k < kSampleSide && down_[k].first <= row_; ++k) {
        const auto at = static_cast<std::size_t>(row_ - down_[k].first);
        add_weighted(sums_[k % 2], row, down_[k].weights[at]);
        if (at + 1 == down_[k].weights.size()) {
            finish(k);
        }
    }
    ++row_;
}

void JaroszRows::add_weighted(Sums& sums, std::span<const std::uint8_t> row, std::uint64_t weight) {
    if (weight > kMaxGroupWeight) { // very high pictures, and the lower edge
        add_to_sum(row, static_cast<double>(weight), sums.sum);
        return;
    }
    if (sums.group_weight + weight > kMaxGroupWeight) {
        move_group_of(sums);
    }
    add_to_group(row, static_cast<std::uint16_t>(weight), sums.group);
    sums.group_weight += static_cast<std::uint32_t>(weight);
}

void JaroszRows::add_weighted(Sums& sums, std::span<const float> row, std::uint64_t weight) {
    add_to_sum(row, static_cast<double>(weight), sums.sum);
}

void JaroszRows::move_group_of(Sums& sums) {
    move_group(sums.group, sums.sum);
    sums.group_weight = 0;
}

void JaroszRows::finish(std::size_t sample_row) {
    Sums& sums = sums_[sample_row % 2];
    move_group_of(sums);
    const auto down = static_cast<double>(down_[sample_row].denominator);
    for (std::size_t k = 0; k < kSampleSide; ++k) {
        const auto& weights = across_weights_[k];
        const double sum =
            dot(weights, std::span(sums.sum).subspan(across_[k].first, weights.size()));
        samples_[sample_row][k] =
            static_cast<float>(sum / (down * static_cast<double>(across_[k].denominator)));
    }
    std::ranges::fill(sums.sum, 0.0);
    first_open_ = sample_row + 1;
}

} // namespace rempart::recognise
