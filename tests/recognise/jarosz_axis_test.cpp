// SPDX-License-Identifier: Apache-2.0
#include "recognise/jarosz_axis.hpp"

#include <algorithm>
#include <numeric>

#include <gtest/gtest.h>

namespace rempart::recognise {
namespace {

// Lengths around each step of the window, and those of real pictures.
std::vector<std::uint32_t> lengths() {
    std::vector<std::uint32_t> all;
    for (std::uint32_t n = 64; n < 1'300; ++n) {
        all.push_back(n);
    }
    for (const std::uint32_t n : {2'999U, 3'000U, 4'000U, 4'096U, 8'191U, 32'768U, 65'500U}) {
        all.push_back(n);
    }
    return all;
}

// Two passes of the box filter over the whole line, in double precision.
std::vector<double> filtered(const std::vector<double>& line) {
    const std::size_t window = (line.size() + 127) / 128;
    const std::size_t ahead = (window + 2) / 2;
    const std::size_t behind = window - ahead;
    std::vector<double> in = line;
    std::vector<double> out(line.size());
    for (int pass = 0; pass < 2; ++pass) {
        for (std::size_t i = 0; i < in.size(); ++i) {
            const std::size_t first = i - std::min(i, behind);
            const std::size_t end = std::min(i + ahead, in.size());
            const auto at = [&](std::size_t k) {
                return in.begin() + static_cast<std::ptrdiff_t>(k);
            };
            out[i] = std::accumulate(at(first), at(end), 0.0) / static_cast<double>(end - first);
        }
        in = out;
    }
    return in;
}

TEST(JaroszAxis, IsTheTwiceFilteredLineAtTheCentresOfTheSamples) {
    for (const std::uint32_t count : lengths()) {
        std::vector<double> line(count);
        for (std::uint32_t i = 0; i < count; ++i) {
            line[i] = (i * 2'654'435'761U) >> 24U;
        }
        if (count > 5'000 || (count > 200 && count % 7 != 0)) {
            continue; // the definition is slow
        }
        const auto expected = filtered(line);
        const auto axis = jarosz_axis(count);
        for (std::size_t k = 0; k < kSampleSide; ++k) {
            double sum = 0;
            for (std::size_t i = 0; i < axis[k].weights.size(); ++i) {
                sum += static_cast<double>(axis[k].weights[i]) * line[axis[k].first + i];
            }
            EXPECT_NEAR(sum / static_cast<double>(axis[k].denominator),
                        expected[(2 * k + 1) * count / 128], 1e-9)
                << count << ' ' << k;
        }
    }
}

TEST(JaroszAxis, WeightsAddUpToTheDenominatorAndStayInsideTheLine) {
    for (const std::uint32_t count : lengths()) {
        for (const JaroszSample& sample : jarosz_axis(count)) {
            EXPECT_EQ(
                std::accumulate(sample.weights.begin(), sample.weights.end(), std::uint64_t{0}),
                sample.denominator)
                << count;
            EXPECT_LE(sample.first + sample.weights.size(), count);
            EXPECT_EQ(std::ranges::count(sample.weights, 0U), 0) << count;
        }
    }
}

// JaroszRows keeps two rows of sums and adds them up in doubles.
TEST(JaroszAxis, NoValueStandsInThreeSamplesAndSumsAreExactInADouble) {
    for (const std::uint32_t count : lengths()) {
        const auto axis = jarosz_axis(count);
        for (std::size_t k = 0; k < kSampleSide; ++k) {
            if (k + 2 < kSampleSide) {
                EXPECT_LE(axis[k].first + axis[k].weights.size(), axis[k + 2].first) << count;
            }
            if (k + 1 < kSampleSide) {
                EXPECT_LT(axis[k].first, axis[k + 1].first) << count;
            }
            EXPECT_LT(axis[k].denominator, std::uint64_t{1} << (53 - 8 - 16)) << count;
        }
    }
}

} // namespace
} // namespace rempart::recognise
