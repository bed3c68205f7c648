// SPDX-License-Identifier: Apache-2.0
#include "recognise/jarosz_kernel.hpp"

#include <cassert>

#include "recognise/instruction_sets.hpp"

// g++ vectorises loops of unknown length from -O3 on. No instruction set named here has a fused
// multiply-add, which would round differently.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("O3")
#endif

namespace rempart::recognise {

REMPART_CLONES("default", "avx2")
void add_to_group(std::span<const std::uint8_t> row, std::uint16_t weight,
                  std::span<std::uint16_t> group) {
    assert(row.size() == group.size());
    const std::uint8_t* const from = row.data();
    std::uint16_t* const to = group.data();
    const std::size_t count = row.size();
    for (std::size_t i = 0; i < count; ++i) {
        to[i] = static_cast<std::uint16_t>(to[i] + weight * from[i]);
    }
}

REMPART_CLONES("default", "avx2")
void move_group(std::span<std::uint16_t> group, std::span<double> sum) {
    assert(group.size() == sum.size());
    std::uint16_t* const from = group.data();
    double* const to = sum.data();
    const std::size_t count = group.size();
    for (std::size_t i = 0; i < count; ++i) {
        to[i] += from[i];
    }
    for (std::size_t i = 0; i < count; ++i) {
        from[i] = 0;
    }
}

REMPART_CLONES("default", "avx2")
void add_to_sum(std::span<const std::uint8_t> row, double weight, std::span<double> sum) {
    assert(row.size() == sum.size());
    const std::uint8_t* const from = row.data();
    double* const to = sum.data();
    const std::size_t count = row.size();
    for (std::size_t i = 0; i < count; ++i) {
        to[i] += weight * from[i];
    }
}

REMPART_CLONES("default", "avx2")
void add_to_sum(std::span<const float> row, double weight, std::span<double> sum) {
    assert(row.size() == sum.size());
    // Doubles from 2^36 to 2^37 are 2^-16 apart: adding the number rounds, taking it off is exact.
    constexpr double kRound = 0x1.8p36;
    const float* const from = row.data();
    double* const to = sum.data();
    const std::size_t count = row.size();
    for (std::size_t i = 0; i < count; ++i) {
        const float positive = from[i] > 0.0F ? from[i] : 0.0F; // what is no number, too, becomes 0
        const float value = positive < 255.0F ? positive : 255.0F;
        to[i] += weight * ((static_cast<double>(value) + kRound) - kRound);
    }
}

double dot(std::span<const double> weights, std::span<const double> values) {
    assert(weights.size() == values.size());
    constexpr std::size_t kLanes = 4;
    double lanes[kLanes] = {};
    const std::size_t whole = weights.size() / kLanes * kLanes;
    for (std::size_t i = 0; i < whole; i += kLanes) {
        for (std::size_t k = 0; k < kLanes; ++k) {
            lanes[k] += weights[i + k] * values[i + k];
        }
    }
    for (std::size_t i = whole; i < weights.size(); ++i) {
        lanes[i - whole] += weights[i] * values[i];
    }
    return (lanes[0] + lanes[1]) + (lanes[2] + lanes[3]);
}

} // namespace rempart::recognise
