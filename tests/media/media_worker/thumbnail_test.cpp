// SPDX-License-Identifier: Apache-2.0
#include "media/media_worker/thumbnail.hpp"

#include <algorithm>
#include <array>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace rempart::media {
namespace {

std::vector<std::uint8_t> noise(std::size_t size) {
    std::mt19937 random(3);
    std::vector<std::uint8_t> out(size);
    std::ranges::generate(out, [&] { return static_cast<std::uint8_t>(random()); });
    return out;
}

// The definition: box by box, pixel by pixel; `step` as in the header, 1 for boxes below 16 rows.
std::uint8_t plain_box(const std::vector<std::uint8_t>& plane, std::uint32_t width,
                       std::array<std::uint32_t, 4> box, std::uint32_t step) {
    std::uint64_t sum = 0;
    std::uint64_t count = 0;
    for (std::uint32_t y = box[1]; y < box[3]; y += step) {
        for (std::uint32_t x = box[0]; x < box[2]; ++x, ++count) {
            sum += plane[std::size_t{y} * width + x];
        }
    }
    return static_cast<std::uint8_t>((sum + count / 2) / count);
}

TEST(ThumbnailPixels, AreTheAveragesOfTheirBoxes) {
    for (const auto& [width, height, step] : {std::array<std::uint32_t, 3>{1001, 700, 1},
                                              {333, 2000, 1},
                                              {640, 5600, 4},
                                              {160, 90, 1},
                                              {17, 3, 1},
                                              {1, 161, 1},
                                              {5000, 1, 1}}) {
        const auto plane = noise(std::size_t{width} * height);
        Thumbnail thumbnail(width, height);
        for (std::size_t y = 0; y < height; ++y) {
            thumbnail.add_row(std::span(plane).subspan(y * width, width));
        }
        ASSERT_FALSE(thumbnail.finish().empty());
        EXPECT_LE(std::max(thumbnail.width(), thumbnail.height()), kThumbnailSide);
        const std::uint64_t tw = thumbnail.width();
        const std::uint64_t th = thumbnail.height();
        for (std::uint64_t j = 0; j < th; ++j) {
            for (std::uint64_t i = 0; i < tw; ++i) {
                const auto edge = [](std::uint64_t index, std::uint64_t side, std::uint64_t boxes) {
                    return static_cast<std::uint32_t>(index * side / boxes);
                };
                ASSERT_EQ(thumbnail.pixels()[j * tw + i],
                          plain_box(plane, width,
                                    {edge(i, width, tw), edge(j, height, th),
                                     edge(i + 1, width, tw), edge(j + 1, height, th)},
                                    step))
                    << width << " x " << height << " at " << i << ", " << j;
            }
        }
    }
}

TEST(ThumbnailPixels, OfRowsThatAreMissingAreMidGrey) {
    Thumbnail thumbnail(320, 320);
    const std::vector<std::uint8_t> white(320, 255);
    for (int y = 0; y < 161; ++y) { // the last row opens a box of two
        thumbnail.add_row(white);
    }
    ASSERT_FALSE(thumbnail.finish().empty());
    EXPECT_EQ(thumbnail.pixels()[std::size_t{160} * 80], 255);
    EXPECT_EQ(thumbnail.pixels()[std::size_t{160} * 81], 128);
}

TEST(ThumbnailPixels, OfThousandsOfWhiteRowsDoNotOverflow) {
    Thumbnail thumbnail(64, 65'500);
    const std::vector<std::uint8_t> white(64, 255);
    for (int y = 0; y < 65'500; ++y) {
        thumbnail.add_row(white);
    }
    ASSERT_FALSE(thumbnail.finish().empty());
    EXPECT_TRUE(std::ranges::all_of(thumbnail.pixels(), [](auto p) { return p == 255; }));
}

} // namespace
} // namespace rempart::media
