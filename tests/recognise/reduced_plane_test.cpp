// SPDX-License-Identifier: Apache-2.0
#include "rempart/recognise/reduced_plane.hpp"

#include <algorithm>
#include <array>

#include <gtest/gtest.h>

#include "recognise/planes.hpp"

namespace rempart::recognise {
namespace {

struct Size {
    std::uint32_t width, height;
};

LumaPlane reduced(const Plane& plane) {
    ReducedPlane rows(plane.width, plane.height);
    for (std::size_t y = 0; y < plane.height; ++y) {
        rows.add_row(std::span(plane.luma).subspan(y * plane.width, plane.width));
    }
    return rows.finish();
}

// The mean of the part of a box that lies in the plane, half up.
std::uint8_t mean_of_box(const Plane& plane, std::uint32_t left, std::uint32_t top,
                         std::uint32_t side) {
    std::uint32_t sum = 0;
    std::uint32_t count = 0;
    for (std::uint32_t y = top; y < std::min(top + side, plane.height); ++y) {
        for (std::uint32_t x = left; x < std::min(left + side, plane.width); ++x) {
            sum += plane.luma[std::size_t{y} * plane.width + x];
            ++count;
        }
    }
    return static_cast<std::uint8_t>((2 * sum + count) / (2 * count));
}

TEST(ReducedPlane, HoldsTheRoundedMeansOfBoxesCutOnesToo) {
    for (const auto& [size, side] :
         std::initializer_list<std::pair<Size, std::uint32_t>>{{{1, 1}, 1},
                                                               {{1'023, 700}, 1},
                                                               {{1'024, 700}, 2},
                                                               {{1'537, 901}, 3},
                                                               {{700, 4'000}, 7},
                                                               {{9'000, 4'101}, 17},
                                                               {{5'000, 64}, 1},
                                                               {{5'000, 128}, 2}}) {
        const Plane plane = make_plane(Pattern::noise, size.width, size.height, 3);
        const LumaPlane got = reduced(plane);
        ASSERT_EQ(got.width, (size.width + side - 1) / side);
        ASSERT_EQ(got.height, (size.height + side - 1) / side);
        ASSERT_EQ(got.luma.size(), std::size_t{got.width} * got.height);
        for (std::uint32_t y = 0; y < got.height; ++y) {
            for (std::uint32_t x = 0; x < got.width; ++x) {
                ASSERT_EQ(got.row(y)[x], mean_of_box(plane, x * side, y * side, side))
                    << size.width << 'x' << size.height << " at " << x << ',' << y;
            }
        }
    }
}

TEST(ReducedPlane, OfWhiteIsWhiteInTheLargestSums) {
    ReducedPlane rows(65'535, 8'200);
    const std::vector<std::uint8_t> white(65'535, 255);
    for (int y = 0; y < 8'200; ++y) {
        rows.add_row(white);
    }
    EXPECT_TRUE(std::ranges::all_of(rows.finish().luma, [](auto v) { return v == 255; }));
    const LumaPlane fitted = fit_by_area(rows.finish());
    EXPECT_EQ(fitted.width, 512U);
    EXPECT_EQ(fitted.height, 64U);
    EXPECT_TRUE(std::ranges::all_of(fitted.luma, [](auto v) { return v == 255; }));
}

TEST(ReducedPlane, OfACutPictureIsGreyWhereNoRowCame) {
    ReducedPlane rows(1'200, 1'200); // boxes of 2
    const std::vector<std::uint8_t> white(1'200, 255);
    for (int y = 0; y < 5; ++y) {
        rows.add_row(white);
    }
    const LumaPlane first = rows.finish();
    EXPECT_EQ(first.row(1)[0], 255);
    EXPECT_EQ(first.row(2)[0], 255); // of the one row that came
    EXPECT_EQ(first.row(3)[0], 128);
    EXPECT_EQ(rows.finish(), first);
}

TEST(FitByArea, KeepsTheAspectAndTheMean) {
    const Plane plane = make_plane(Pattern::waves, 1'000, 601, 2);
    const LumaPlane got = fit_by_area({plane.width, plane.height, plane.luma});
    EXPECT_EQ(got.width, 512U);
    EXPECT_EQ(got.height, 308U);
    const auto mean = [](std::span<const std::uint8_t> luma) {
        double sum = 0;
        for (const std::uint8_t value : luma) {
            sum += value;
        }
        return sum / static_cast<double>(luma.size());
    };
    EXPECT_NEAR(mean(got.luma), mean(plane.luma), 0.1);
}

TEST(FitByArea, AveragesTwoByTwoWhereTheFactorIsTwo) {
    const Plane plane = make_plane(Pattern::noise, 1'024, 512, 2);
    const LumaPlane got = fit_by_area({plane.width, plane.height, plane.luma});
    for (std::uint32_t y = 0; y < 256; ++y) {
        for (std::uint32_t x = 0; x < 512; ++x) {
            ASSERT_EQ(got.row(y)[x], mean_of_box(plane, 2 * x, 2 * y, 2));
        }
    }
}

TEST(CutOut, TakesTheBoxAndNothingElse) {
    const Plane plane = make_plane(Pattern::noise, 90, 70, 2);
    const LumaPlane whole{plane.width, plane.height, plane.luma};
    const LumaPlane part = cut_out(whole, {10, 20, 30, 40});
    EXPECT_EQ(part.width, 30U);
    EXPECT_EQ(part.height, 40U);
    for (std::uint32_t y = 0; y < 40; ++y) {
        EXPECT_TRUE(std::ranges::equal(part.row(y), whole.row(20 + y).subspan(10, 30)));
    }
}

} // namespace
} // namespace rempart::recognise
