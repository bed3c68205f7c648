// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The inner loops of the filter, written for speed. All sums in them are exact (whole numbers, or
/// multiples of 2^-16, that fit their type), so that neither the order nor the width of the vectors
/// shows in a result.

#include <cstddef>
#include <cstdint>
#include <span>

namespace rempart::recognise {

/// What a sum of 16 bits can take: this many times 255 is 65,535.
inline constexpr std::uint32_t kMaxGroupWeight = 257;

/// group[i] += weight * row[i]. \pre the weights since the group was zero are kMaxGroupWeight at
/// most together.
void add_to_group(std::span<const std::uint8_t> row, std::uint16_t weight,
                  std::span<std::uint16_t> group);

/// sum[i] += group[i]; group[i] = 0.
void move_group(std::span<std::uint16_t> group, std::span<double> sum);

/// sum[i] += weight * row[i].
void add_to_sum(std::span<const std::uint8_t> row, double weight, std::span<double> sum);
/// The same with row[i] rounded to a multiple of 2^-16 and brought into 0..255.
void add_to_sum(std::span<const float> row, double weight, std::span<double> sum);

/// The sum of weights[i] * values[i], in an order that is the same on every machine.
[[nodiscard]] double dot(std::span<const double> weights, std::span<const double> values);

} // namespace rempart::recognise
