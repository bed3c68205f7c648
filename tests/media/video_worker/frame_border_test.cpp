// SPDX-License-Identifier: Apache-2.0
#include "media/video_worker/frame_border.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace rempart::media {
namespace {

using recognise::PlaneBox;

/// A frame of one brightness with bars of another.
struct Drawn {
    std::uint32_t width = 320, height = 240;
    std::uint32_t bar_rows = 0, bar_columns = 0; ///< At each of the two edges.
    std::uint8_t bar = 0;
    int seed = 1;
    std::uint8_t brightest = 255;
};

void add(FrameBorder& border, const Drawn& drawn) {
    border.begin_frame(drawn.width, drawn.height);
    std::uint32_t random = static_cast<std::uint32_t>(drawn.seed) * 2'654'435'761U;
    std::vector<std::uint8_t> row(drawn.width);
    for (std::uint32_t y = 0; y < drawn.height; ++y) {
        for (std::uint32_t x = 0; x < drawn.width; ++x) {
            random = random * 1'664'525 + 1'013'904'223;
            const bool is_bar = y < drawn.bar_rows || y >= drawn.height - drawn.bar_rows ||
                                x < drawn.bar_columns || x >= drawn.width - drawn.bar_columns;
            const auto value = (random >> 24U) * drawn.brightest / 255;
            row[x] = is_bar ? drawn.bar : static_cast<std::uint8_t>(value);
        }
        border.add_row(row);
    }
    border.end_frame();
}

TEST(FrameBorder, BarsAboveAndBelowAreFoundAndALineMoreIsTakenOff) {
    FrameBorder border;
    for (int i = 0; i < 3; ++i) {
        add(border, {.bar_rows = 40, .bar = 3, .seed = i});
    }
    const auto part = border.find();
    ASSERT_TRUE(part);
    EXPECT_EQ(*part, (FramePart{320, 240, PlaneBox{0, 41, 320, 158}}));
}

TEST(FrameBorder, BarsAtTheSidesAndAllAroundAreFound) {
    FrameBorder sides;
    add(sides, {.bar_columns = 50});
    ASSERT_TRUE(sides.find());
    EXPECT_EQ(sides.find()->box, (PlaneBox{51, 0, 218, 240}));
    FrameBorder around;
    add(around, {.bar_rows = 30, .bar_columns = 50});
    ASSERT_TRUE(around.find());
    EXPECT_EQ(around.find()->box, (PlaneBox{51, 31, 218, 178}));
}

TEST(FrameBorder, ADarkSceneAmongOthersIsNoBar) {
    FrameBorder border;
    add(border, {.bar_rows = 70, .seed = 1}); // light in the middle only
    add(border, {.bar_rows = 0, .seed = 2});
    add(border, {.bar_rows = 70, .seed = 3});
    EXPECT_FALSE(border.find());
}

TEST(FrameBorder, OfSeveralWidthsTheLeastIsTheBar) {
    FrameBorder border;
    add(border, {.bar_rows = 90, .seed = 1});
    add(border, {.bar_rows = 30, .seed = 2});
    add(border, {.bar_rows = 120, .seed = 3}); // all black
    ASSERT_TRUE(border.find());
    EXPECT_EQ(border.find()->box, (PlaneBox{0, 31, 320, 178}));
}

TEST(FrameBorder, ADarkVideoIsNotTrimmedToNothing) {
    FrameBorder black;
    add(black, {.bar_rows = 120});
    EXPECT_FALSE(black.find());
    FrameBorder dim;
    add(dim, {.brightest = 20});
    add(dim, {.seed = 2, .brightest = 20});
    EXPECT_FALSE(dim.find());
    FrameBorder slit; // less than a quarter is left
    add(slit, {.bar_rows = 95});
    EXPECT_FALSE(slit.find());
}

TEST(FrameBorder, OnlyBlackIsABar) {
    FrameBorder white;
    add(white, {.bar_rows = 40, .bar = 255});
    EXPECT_FALSE(white.find());
    FrameBorder grey;
    add(grey, {.bar_rows = 40, .bar = 60});
    EXPECT_FALSE(grey.find());
}

TEST(FrameBorder, OfAFrameThatIsMadeSmallTheBoxIsInPixelsOfTheFrame) {
    FrameBorder border;
    add(border, {.width = 1927, .height = 1081, .bar_rows = 140}); // boxes of 3, the last are cut
    const auto part = border.find();
    ASSERT_TRUE(part);
    EXPECT_GE(part->box.top, 140U);
    EXPECT_LE(part->box.top, 146U);
    EXPECT_LE(part->box.top + part->box.height, 1081U - 140U);
    EXPECT_GE(part->box.top + part->box.height, 1081U - 146U);
    EXPECT_EQ(part->box.width, 1927U);
}

TEST(FrameBorder, FramesOfDifferentSizesHaveNone) {
    FrameBorder border;
    add(border, {.bar_rows = 40});
    add(border, {.width = 640, .height = 480, .bar_rows = 80});
    EXPECT_FALSE(border.find());
    EXPECT_FALSE(FrameBorder().find());
}

} // namespace
} // namespace rempart::media
