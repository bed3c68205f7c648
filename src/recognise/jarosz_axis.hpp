// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// One direction of PDQ's filter: what each of the 64 kept samples is made of.

#include <array>
#include <cstdint>
#include <vector>

#include "recognise/pdq_samples.hpp"

namespace rempart::recognise {

/// A sample along one axis: sum of weights[i] * value[first + i], over `denominator`.
struct JaroszSample {
    std::uint32_t first = 0;
    std::vector<std::uint64_t> weights; ///< At least one, none of them zero.
    std::uint64_t denominator = 1;
};

/// The 64 samples that PDQ keeps of `count` values after two passes of its box filter, in whole
/// numbers, so that sums are exact.
///
/// Source: ThreatExchange, pdq/cpp/downscaling/downscaling.cpp: computeJaroszFilterWindowSize,
/// box1DFloat (twice), decimateFloat. Each value stands in two samples at most, and those are
/// neighbours. \pre count >= 64
[[nodiscard]] std::array<JaroszSample, kSampleSide> jarosz_axis(std::uint32_t count);

} // namespace rempart::recognise
