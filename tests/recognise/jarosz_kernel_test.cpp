// SPDX-License-Identifier: Apache-2.0
#include "recognise/jarosz_kernel.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace rempart::recognise {
namespace {

TEST(JaroszKernel, AGroupTakesItsFullWeightOfTheBrightestRowAndMovesIntoTheSum) {
    for (std::size_t width = 1; width < 70; ++width) {
        const std::vector<std::uint8_t> bright(width, 255);
        std::vector<std::uint16_t> group(width);
        std::vector<double> sum(width, 0.5);
        add_to_group(bright, 200, group);
        add_to_group(bright, kMaxGroupWeight - 200, group);
        EXPECT_EQ(group, std::vector<std::uint16_t>(width, 65'535));
        move_group(group, sum);
        EXPECT_EQ(group, std::vector<std::uint16_t>(width, 0));
        EXPECT_EQ(sum, std::vector<double>(width, 65'535.5));
    }
}

TEST(JaroszKernel, RowsOfBytesAndOfFloatsAddTheSame) {
    std::mt19937 rng(3);
    for (std::size_t width = 1; width < 70; ++width) {
        std::vector<std::uint8_t> bytes(width);
        std::ranges::generate(bytes, [&] { return static_cast<std::uint8_t>(rng()); });
        const std::vector<float> floats(bytes.begin(), bytes.end());
        std::vector<double> of_bytes(width);
        std::vector<double> of_floats(width);
        add_to_sum(bytes, 900, of_bytes);
        add_to_sum(floats, 900, of_floats);
        EXPECT_EQ(of_bytes, of_floats);
        for (std::size_t i = 0; i < width; ++i) {
            EXPECT_EQ(of_bytes[i], 900.0 * bytes[i]);
        }
    }
}

TEST(JaroszKernel, FloatsAreRoundedToASixteenthBitAndBroughtIntoRange) {
    constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
    const std::vector<float> row{-1.0F,      300.0F,   kNaN,     0x1p-16F,
                                 0x1.8p-17F, 200.123F, 0x1p-18F, -0.0F};
    std::vector<double> sum(row.size());
    add_to_sum(row, 1, sum);
    const std::vector<double> expected{
        0, 255, 0, 0x1p-16, 0x1p-16, std::round(double{200.123F} * 65536) / 65536, 0, 0};
    EXPECT_EQ(sum, expected);
}

TEST(JaroszKernel, DotIsTheSumOfTheProducts) {
    std::mt19937 rng(4);
    for (std::size_t count = 0; count < 40; ++count) {
        std::vector<double> a(count);
        std::vector<double> b(count);
        double expected = 0;
        for (std::size_t i = 0; i < count; ++i) {
            a[i] = static_cast<double>(rng() % 1'000);
            b[i] = static_cast<double>(rng() % 1'000'000);
            expected += a[i] * b[i];
        }
        EXPECT_EQ(dot(a, b), expected);
    }
}

} // namespace
} // namespace rempart::recognise
