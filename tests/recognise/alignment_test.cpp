// SPDX-License-Identifier: Apache-2.0
#include "rempart/recognise/alignment.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "recognise/videos.hpp"

namespace rempart::recognise {
namespace {

constexpr std::int64_t kSlackMs = 2'500; // of a segment's ends: samples do not lie on each other

void expect_segment(const AlignedSegment& segment, FrameSpan query, FrameSpan entry) {
    EXPECT_NEAR(static_cast<double>(segment.query.from_ms), static_cast<double>(query.from_ms),
                kSlackMs);
    EXPECT_NEAR(static_cast<double>(segment.query.to_ms), static_cast<double>(query.to_ms),
                kSlackMs);
    EXPECT_NEAR(static_cast<double>(segment.entry.from_ms), static_cast<double>(entry.from_ms),
                kSlackMs);
    EXPECT_NEAR(static_cast<double>(segment.entry.to_ms), static_cast<double>(entry.to_ms),
                kSlackMs);
}

const Film kFilm(1), kOther(2), kThird(3);

TEST(Alignment, ACopyIsOneSegmentFromEndToEnd) {
    const auto entry = shown({{&kFilm, 0, 60'000}}, 1'000, 2, 1);
    const auto query = shown({{&kFilm, 0, 60'000}}, 2'100, 6, 2);
    const auto segments = align_all(query, entry);
    ASSERT_EQ(segments.size(), 1U);
    expect_segment(segments[0], {0, 60'000}, {0, 60'000});
}

TEST(Alignment, AClipOfAMinuteIsFoundWhereItWasTaken) {
    const auto entry = shown({{&kFilm, 0, 60'000}}, 1'000, 2, 1);
    const auto query = shown({{&kFilm, 32'000, 42'000}}, 1'000, 6, 2);
    const auto segments = align_all(query, entry);
    ASSERT_EQ(segments.size(), 1U);
    expect_segment(segments[0], {0, 10'000}, {32'000, 42'000});
}

TEST(Alignment, ACompilationShowsWhereEachPieceIs) {
    const auto query =
        shown({{&kOther, 0, 20'000}, {&kFilm, 10'000, 25'000}, {&kThird, 0, 20'000}}, 1'000, 6, 2);
    const auto segments = align_all(query, shown({{&kFilm, 0, 60'000}}, 1'000, 2, 1));
    ASSERT_EQ(segments.size(), 1U);
    expect_segment(segments[0], {20'000, 35'000}, {10'000, 25'000});
}

TEST(Alignment, ARecutIsFoundInItsNewOrder) {
    const auto query = shown({{&kFilm, 40'000, 60'000}, {&kFilm, 0, 20'000}}, 1'000, 6, 2);
    const auto segments = align_all(query, shown({{&kFilm, 0, 60'000}}, 1'000, 2, 1));
    ASSERT_EQ(segments.size(), 2U);
    expect_segment(segments[0], {0, 20'000}, {40'000, 60'000});
    expect_segment(segments[1], {20'000, 40'000}, {0, 20'000});
}

TEST(Alignment, AChangedSpeedIsOneSegment) {
    const auto entry = shown({{&kFilm, 0, 120'000}}, 1'000, 2, 1);
    for (const double speed : {25.0 / 24, 24.0 / 25, 0.97, 1.03}) {
        const auto query = shown({{&kFilm, 0, 120'000, speed}}, 1'000, 4, 2);
        const auto segments = align_all(query, entry);
        ASSERT_EQ(segments.size(), 1U) << speed;
        expect_segment(segments[0], {0, static_cast<std::int64_t>(120'000 / speed)}, {0, 120'000});
    }
}

TEST(Alignment, AnotherFilmHasNothingInCommon) {
    EXPECT_TRUE(align_all(shown({{&kOther, 0, 60'000}}, 1'000, 2, 1),
                          shown({{&kFilm, 0, 60'000}}, 1'000, 2, 2))
                    .empty());
}

// A logo of three seconds before two films that have nothing else in common.
TEST(Alignment, ASharedLogoIsNoHit) {
    const Film logo(9);
    const auto query = shown({{&logo, 0, 3'000}, {&kOther, 0, 60'000}}, 1'000, 2, 1);
    const auto entry = shown({{&logo, 0, 3'000}, {&kFilm, 0, 60'000}}, 1'000, 2, 2);
    EXPECT_FALSE(pairs_of(query, entry).empty()) << "it is seen";
    EXPECT_TRUE(align_all(query, entry).empty());
}

// A still that comes up again and again is one look, however often.
TEST(Alignment, AStillThatComesUpAgainIsNoHit) {
    const Film still(9, 1'000'000'000);
    std::vector<Piece> one, two;
    for (std::int64_t i = 0; i < 6; ++i) {
        one.insert(one.end(), {{&still, 0, 1'000}, {&kOther, i * 10'000, i * 10'000 + 9'000}});
        two.insert(two.end(), {{&still, 0, 1'000}, {&kFilm, i * 10'000, i * 10'000 + 9'000}});
    }
    const auto query = shown(one, 1'000, 2, 1), entry = shown(two, 1'000, 2, 2);
    EXPECT_FALSE(pairs_of(query, entry).empty());
    EXPECT_TRUE(align_all(query, entry).empty());
}

// What many videos show tells nothing of one.
TEST(Alignment, CommonLooksDoNotCount) {
    const auto entry = shown({{&kFilm, 0, 60'000}}, 1'000, 2, 1);
    auto query = shown({{&kFilm, 0, 20'000}, {&kOther, 0, 40'000}}, 1'000, 2, 2);
    ASSERT_EQ(align_all(query, entry).size(), 1U);
    for (AlignedFrame& frame : query) {
        frame.is_common = true;
    }
    EXPECT_TRUE(align_all(query, entry).empty());
}

TEST(Alignment, AVideoOfOneStandingPictureIsItsCopy) {
    const Film still(9, 1'000'000'000);
    const std::vector<AlignedFrame> query{{.span = {0, 60'000}, .hash = still.at(0)}};
    const std::vector<AlignedFrame> entry{{.span = {0, 58'000}, .hash = still.at(0)}};
    const auto segments = align_all(query, entry);
    ASSERT_EQ(segments.size(), 1U);
    EXPECT_EQ(segments[0].query, (FrameSpan{0, 60'000}));
    EXPECT_EQ(segments[0].entry, (FrameSpan{0, 58'000}));
}

TEST(Alignment, AnOrientationHoldsForTheWholeSegment) {
    const auto entry = shown({{&kFilm, 0, 60'000}}, 1'000, 2, 1);
    const auto query = shown({{&kFilm, 0, 60'000}}, 1'000, 6, 2);
    auto pairs = pairs_of(query, entry);
    for (FramePair& pair : pairs) {
        pair.orientation = pair.query < 30 ? Orientation::original : Orientation::flip_x;
    }
    const auto segments = align(query, entry, pairs);
    ASSERT_EQ(segments.size(), 2U);
    EXPECT_EQ(segments[0].orientation, Orientation::original);
    EXPECT_EQ(segments[1].orientation, Orientation::flip_x);
}

TEST(Alignment, TheOrderOfThePairsDoesNotShow) {
    const auto entry = shown({{&kFilm, 0, 60'000}, {&kFilm, 0, 30'000}}, 1'000, 2, 1);
    const auto query = shown({{&kFilm, 10'000, 40'000}, {&kOther, 0, 9'000}}, 1'000, 8, 2);
    auto pairs = pairs_of(query, entry);
    const auto expected = align(query, entry, pairs);
    std::mt19937_64 rng(3);
    for (int round = 0; round < 5; ++round) {
        std::ranges::shuffle(pairs, rng);
        EXPECT_EQ(align(query, entry, pairs), expected);
    }
}

// Each frame looks like each: the bounds of the search hold, and it is a copy all the same.
TEST(Alignment, AVideoOfLikeFramesIsItsCopyWithinTheBounds) {
    const Film still(9, 1'000'000'000);
    std::vector<AlignedFrame> query, entry;
    for (std::int64_t i = 0; i < 400; ++i) {
        query.push_back({.span = {i * 1'000, i * 1'000}, .hash = still.at(0)});
        entry.push_back({.span = {i * 1'000, i * 1'000}, .hash = still.at(0)});
    }
    std::vector<FramePair> pairs;
    for (std::uint32_t i = 0; i < query.size(); ++i) {
        for (std::uint32_t k = 0; k < 50; ++k) {
            pairs.push_back({.query = i, .entry = (i + k) % 400});
        }
    }
    const auto segments = align(query, entry, pairs);
    ASSERT_FALSE(segments.empty());
    EXPECT_GT(segments[0].query.to_ms - segments[0].query.from_ms, 300'000);
}

TEST(Alignment, NothingGivesNothing) {
    EXPECT_TRUE(align({}, {}, {}).empty());
}

} // namespace
} // namespace rempart::recognise
