// SPDX-License-Identifier: Apache-2.0
#include <random>

#include <gtest/gtest.h>

#include "recognise/planes.hpp"
#include "rempart/recognise/pdq.hpp"
#include "rempart/recognise/reduced_plane.hpp"

namespace rempart::recognise {
namespace {

LumaPlane picture(std::uint32_t width, std::uint32_t height, std::uint32_t seed = 4) {
    return {width, height, make_plane(Pattern::waves, width, height, seed).luma};
}

struct Bars {
    std::uint32_t left = 0, top = 0, right = 0, bottom = 0;
};

/// `inner` within bars of `colour`, with noise of a few steps as JPEG leaves it.
LumaPlane framed(const LumaPlane& inner, const Bars& bars, std::uint8_t colour) {
    std::mt19937 rng(5);
    LumaPlane out{inner.width + bars.left + bars.right, inner.height + bars.top + bars.bottom, {}};
    for (std::uint32_t y = 0; y < out.height; ++y) {
        for (std::uint32_t x = 0; x < out.width; ++x) {
            const bool in = x >= bars.left && x < bars.left + inner.width && y >= bars.top &&
                            y < bars.top + inner.height;
            const int noise = static_cast<int>(rng() % 7) - 3;
            const int bar = std::clamp(int{colour} + noise, 0, 255);
            out.luma.push_back(in ? inner.row(y - bars.top)[x - bars.left]
                                  : static_cast<std::uint8_t>(bar));
        }
    }
    return out;
}

// All of the picture but at most two lines on each side, and nothing of the bars.
void expect_picture(const std::optional<PlaneBox>& box, const Bars& bars, const LumaPlane& inner) {
    ASSERT_TRUE(box);
    EXPECT_GE(box->left, bars.left);
    EXPECT_LE(box->left, bars.left + 2);
    EXPECT_GE(box->top, bars.top);
    EXPECT_LE(box->top, bars.top + 2);
    EXPECT_LE(box->left + box->width, bars.left + inner.width);
    EXPECT_GE(box->left + box->width + 2, bars.left + inner.width);
    EXPECT_LE(box->top + box->height, bars.top + inner.height);
    EXPECT_GE(box->top + box->height + 2, bars.top + inner.height);
}

TEST(FindPicture, WithinBarsOnAnySides) {
    const LumaPlane inner = picture(400, 300);
    for (const std::uint8_t colour : {std::uint8_t{0}, std::uint8_t{16}, std::uint8_t{255}}) {
        for (const Bars bars : {Bars{0, 40, 0, 40}, Bars{70, 0, 70, 0}, Bars{30, 30, 30, 30},
                                Bars{0, 0, 0, 60}, Bars{0, 25, 90, 0}}) {
            for (const Border border : {Border::plain, Border::captioned}) {
                expect_picture(find_picture(framed(inner, bars, colour), border), bars, inner);
            }
        }
    }
}

TEST(FindPicture, WithinAFrameWithinBars) {
    const LumaPlane inner = picture(400, 300);
    const LumaPlane nested = framed(framed(inner, {15, 15, 15, 15}, 250), {0, 60, 0, 60}, 2);
    expect_picture(find_picture(nested, Border::captioned), {15, 75, 15, 75}, inner);
    const auto outer = find_picture(nested, Border::plain);
    ASSERT_TRUE(outer);
    EXPECT_EQ(outer->width, 430U); // a frame of another colour may be the picture's own edge
}

TEST(FindPicture, UnderACaptionOnlyIfTextIsAllowed) {
    const LumaPlane inner = picture(400, 300);
    LumaPlane captioned = framed(inner, {0, 60, 0, 0}, 255);
    for (std::uint32_t y = 20; y < 40; ++y) { // letters: a third of each line is ink
        for (std::uint32_t x = 50; x < 350; x += 9) {
            std::fill_n(captioned.luma.begin() + std::ptrdiff_t{y} * 400 + x, 4, std::uint8_t{10});
        }
    }
    expect_picture(find_picture(captioned, Border::captioned), {0, 60, 0, 0}, inner);
    const auto plain = find_picture(captioned, Border::plain);
    ASSERT_TRUE(plain);
    EXPECT_LT(plain->top, 24U); // up to the text
}

TEST(FindPicture, FindsNoneInAPictureWithoutBorder) {
    for (std::uint32_t seed = 0; seed < 20; ++seed) {
        EXPECT_EQ(find_picture(picture(400, 300, seed), Border::plain), std::nullopt) << seed;
    }
}

TEST(FindPicture, FindsNoneInAPlaneOfOneColourNorWhereNextToNothingStays) {
    const LumaPlane flat = framed({0, 0, {}}, {300, 200, 0, 0}, 90);
    EXPECT_EQ(find_picture(flat, Border::plain), std::nullopt);
    const LumaPlane stamp = framed(picture(40, 40), {200, 200, 200, 200}, 0);
    EXPECT_EQ(find_picture(stamp, Border::plain), std::nullopt);
}

TEST(FindPicture, ThreadsOfOneLineAreNoBorder) {
    EXPECT_EQ(find_picture(framed(picture(400, 300), {1, 1, 1, 1}, 0), Border::plain),
              std::nullopt);
}

// What it is for: a copy with bars is near again.
TEST(FindPicture, BringsACopyWithBarsBackWithinTheRadius) {
    for (std::uint32_t seed = 0; seed < 10; ++seed) {
        const Plane shapes = make_plane(Pattern::shapes, 500, 400, seed);
        const LumaPlane inner{shapes.width, shapes.height, shapes.luma};
        const LumaPlane barred = framed(inner, {0, 70, 0, 70}, 0);
        const auto hash = [](const LumaPlane& plane) {
            return pdq_of_plane(plane.luma, plane.width, plane.height, PdqVariant::full).hash();
        };
        const auto box = find_picture(barred, Border::plain);
        ASSERT_TRUE(box);
        EXPECT_GT(hamming_distance(hash(barred), hash(inner)), PdqHash::kMatchDistance);
        EXPECT_LE(hamming_distance(hash(cut_out(barred, *box)), hash(inner)), 16) << seed;
    }
}

} // namespace
} // namespace rempart::recognise
