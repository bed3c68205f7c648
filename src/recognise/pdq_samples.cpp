// SPDX-License-Identifier: Apache-2.0
#include "recognise/pdq_samples.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <numbers>

// g++ vectorises such loops from -O3 on. No clones for newer instruction sets: a fused multiply-add
// would round differently.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("O3")
#endif

namespace rempart::recognise {
namespace {

constexpr std::size_t kSide = 16; // the lowest frequencies but the constant one, in each direction
using Coefficients = std::array<float, kSide * kSide>;
using DctMatrix = std::array<std::array<float, kSide>, kSampleSide>; // [position][frequency]

DctMatrix make_dct_matrix() {
    // The reference holds the scale in single precision and the rest in double.
    const auto scale = static_cast<float>(std::sqrt(2.0 / double{kSampleSide}));
    DctMatrix matrix{};
    for (std::size_t i = 0; i < kSide; ++i) {
        for (std::size_t j = 0; j < kSampleSide; ++j) {
            const double angle = std::numbers::pi / 2.0 / double{kSampleSide} *
                                 static_cast<double>(i + 1) * static_cast<double>(2 * j + 1);
            matrix[j][i] = static_cast<float>(static_cast<double>(scale) * std::cos(angle));
        }
    }
    return matrix;
}

const DctMatrix& dct_matrix() {
    static const DctMatrix matrix = make_dct_matrix();
    return matrix;
}

template <std::size_t Count>
void add_scaled(float* to, float factor, const float* from) {
    for (std::size_t j = 0; j < Count; ++j) {
        to[j] += factor * from[j];
    }
}

// D * samples * D^T. Each sum runs in the order of its index, whatever the vectors' width: the
// innermost loops go over independent sums.
Coefficients dct_of(const PdqSamples& samples) {
    const DctMatrix& d = dct_matrix();
    std::array<std::array<float, kSampleSide>, kSide> half{};
    for (std::size_t i = 0; i < kSide; ++i) {
        for (std::size_t k = 0; k < kSampleSide; ++k) {
            add_scaled<kSampleSide>(half[i].data(), d[k][i], samples[k].data());
        }
    }
    Coefficients out{};
    for (std::size_t i = 0; i < kSide; ++i) {
        for (std::size_t k = 0; k < kSampleSide; ++k) {
            add_scaled<kSide>(out.data() + i * kSide, half[i][k], d[k].data());
        }
    }
    return out;
}

// A step of the samples counts in whole percents of the full range; the sum is scaled by 1/90 and
// cut at 100. All constants: pdqImageDomainQualityMetric of the reference.
int steps_between(float a, float b) {
    return std::abs(static_cast<int>((a - b) * 100 / 255));
}

int quality_of(const PdqSamples& samples) {
    int sum = 0;
    for (std::size_t i = 0; i < kSampleSide; ++i) {
        for (std::size_t j = 0; j + 1 < kSampleSide; ++j) {
            sum += steps_between(samples[i][j], samples[i][j + 1]);
            sum += steps_between(samples[j][i], samples[j + 1][i]);
        }
    }
    return std::min(sum / 90, 100);
}

// With no ties exactly half of the coefficients are above it; the reference's Torben search returns
// the lower one of an even count.
constexpr auto kLowerMedian = static_cast<std::ptrdiff_t>(kSide * kSide / 2 - 1);

float lower_median(Coefficients values) {
    std::ranges::nth_element(values, values.begin() + kLowerMedian);
    return values[static_cast<std::size_t>(kLowerMedian)];
}

// A bit for each coefficient above the median.
PdqHash bits_of(const Coefficients& coefficients) {
    const float median = lower_median(coefficients);
    std::array<std::uint64_t, 4> words{};
    for (std::size_t k = 0; k < coefficients.size(); ++k) {
        if (coefficients[k] > median) {
            words[3 - k / 64] |= std::uint64_t{1} << (k % 64);
        }
    }
    return PdqHash(words);
}

// Our choice, in the coefficients' own scale, where a wave of amplitude 1 in luma is 32: rounding
// each pixel and JPEG at a quality of 50 move a coefficient about so far.
constexpr float kDecidedBy = 2.0F;

int decided_bits_of(const Coefficients& coefficients) {
    const float median = lower_median(coefficients);
    return static_cast<int>(std::ranges::count_if(
        coefficients, [&](float value) { return std::abs(value - median) > kDecidedBy; }));
}

// Turning or mirroring a picture turns into a transposition and changes of sign of its
// coefficients. Ours index from 0 what the definition indexes from 1: an even row is an odd
// frequency, which is what mirroring negates.
struct OrientationRule {
    Orientation orientation;
    bool transposed;
    bool (*negated)(std::size_t row, std::size_t column);
};

constexpr std::array<OrientationRule, kOrientations> kOrientationRules{{
    {Orientation::original, false, [](std::size_t, std::size_t) { return false; }},
    {Orientation::rotate90, true, [](std::size_t row, std::size_t) { return row % 2 == 0; }},
    {Orientation::rotate180, false,
     [](std::size_t row, std::size_t c) { return (row + c) % 2 != 0; }},
    {Orientation::rotate270, true, [](std::size_t, std::size_t c) { return c % 2 == 0; }},
    {Orientation::flip_x, false, [](std::size_t row, std::size_t) { return row % 2 == 0; }},
    {Orientation::flip_y, false, [](std::size_t, std::size_t c) { return c % 2 == 0; }},
    {Orientation::flip_plus1, true, [](std::size_t, std::size_t) { return false; }},
    {Orientation::flip_minus1, true,
     [](std::size_t row, std::size_t c) { return (row + c) % 2 != 0; }},
}};
static_assert([] {
    for (std::size_t i = 0; i < kOrientations; ++i) {
        if (kOrientationRules[i].orientation != static_cast<Orientation>(i)) {
            return false;
        }
    }
    return true;
}());

Coefficients turned(const Coefficients& original, const OrientationRule& rule) {
    Coefficients out{};
    for (std::size_t row = 0; row < kSide; ++row) {
        for (std::size_t column = 0; column < kSide; ++column) {
            const float value =
                rule.transposed ? original[column * kSide + row] : original[row * kSide + column];
            out[row * kSide + column] = rule.negated(row, column) ? -value : value;
        }
    }
    return out;
}

} // namespace

PdqFingerprint fingerprint_of(const PdqSamples& samples) {
    const Coefficients coefficients = dct_of(samples);
    PdqFingerprint fingerprint;
    for (const OrientationRule& rule : kOrientationRules) {
        fingerprint.hashes[static_cast<std::size_t>(rule.orientation)] =
            bits_of(turned(coefficients, rule));
    }
    if (decided_bits_of(coefficients) >= kMinDecidedBits) {
        fingerprint.quality = quality_of(samples);
    }
    return fingerprint;
}

} // namespace rempart::recognise
