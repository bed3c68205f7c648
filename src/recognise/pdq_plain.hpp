// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// PDQ as its definition says, over the whole plane and step by step: the oracle of the tests and
/// the base line of the benchmarks, not for use. It shares no code with what it checks.
///
/// With `Real` = float the arithmetic is the reference's (ThreatExchange, pdq/cpp), operation by
/// operation: its rounding errors are the reference's too. With `Real` = double it is the same
/// definition with next to none.

#include <array>
#include <cstdint>
#include <span>

#include "rempart/recognise/pdq.hpp"

namespace rempart::recognise {

template <typename Real>
struct PdqPlain {
    std::array<float, std::size_t{64} * 64> samples{}; ///< Of the filtered plane, row after row.
    std::array<float, std::size_t{16} * 16> coefficients{}; ///< Of the picture as it is.
    float median = 0;                                       ///< Of the coefficients.
    int gradients = 0;    ///< The quality before the decided bits count.
    int decided_bits = 0; ///< Coefficients more than 2 from the median.
    PdqFingerprint fingerprint;
};

/// \pre width and height at least 64, luma.size() == width * height.
template <typename Real>
[[nodiscard]] PdqPlain<Real> pdq_plain(std::span<const float> luma, std::uint32_t width,
                                       std::uint32_t height, PdqVariant variant);

} // namespace rempart::recognise
