// SPDX-License-Identifier: Apache-2.0
#include "rempart/recognise/listed_videos.hpp"

#include <gtest/gtest.h>

#include "recognise/videos.hpp"

namespace rempart::recognise {
namespace {

/// Lists of videos and pictures with rows that rise.
struct Known {
    ListedVideos videos;
    KnownSet set;
    KnownSet::Builder builder;
    std::int64_t row = 0;

    void add_video(std::uint32_t list, std::uint64_t entry,
                   const std::vector<AlignedFrame>& frames) {
        for (const AlignedFrame& frame : frames) {
            if (videos.add(list, entry, ++row, frame.hash, frame.span)) {
                builder.add(list, row, HashKind::pdq, frame.hash.to_bytes());
            }
        }
    }
    std::int64_t add_picture(std::uint32_t list, const PdqHash& hash) {
        builder.add(list, ++row, HashKind::pdq, hash.to_bytes());
        return row;
    }
    void build() { set = std::move(builder).build(); }
};

// As if the picture looked the same in no other orientation: random hashes for these.
std::vector<VideoLook> looks_of(const std::vector<AlignedFrame>& frames,
                                Orientation orientation = Orientation::original,
                                int quality = 100) {
    std::mt19937_64 rng(77);
    std::vector<VideoLook> looks;
    for (const AlignedFrame& frame : frames) {
        VideoLook& look = looks.emplace_back();
        look.span = frame.span;
        look.fingerprint.quality = quality;
        for (PdqHash& hash : look.fingerprint.hashes) {
            hash = random_hash(rng);
        }
        look.fingerprint.hashes[static_cast<std::size_t>(orientation)] = frame.hash;
    }
    return looks;
}

const Film kFilm(1), kOther(2), kThird(3);

TEST(ListedVideos, EachListedVideoOfACompilationIsAHitWithItsPlaces) {
    Known known;
    known.add_video(0, 1, shown({{&kFilm, 0, 60'000}}, 1'000, 2, 1));
    known.add_video(0, 2, shown({{&kOther, 0, 60'000}}, 1'000, 2, 2));
    known.add_video(1, 1, shown({{&kThird, 0, 60'000}}, 1'000, 2, 3));
    known.build();
    const auto query = shown({{&kOther, 20'000, 35'000}, {&kFilm, 5'000, 20'000}}, 1'000, 6, 4);
    const auto hits = known.videos.find(known.set, looks_of(query)).value();
    ASSERT_EQ(hits.size(), 2U);
    for (const TimedHit& hit : hits) {
        EXPECT_EQ(hit.hit.list, 0U);
        ASSERT_EQ(hit.segments.size(), 1U);
        ASSERT_TRUE(hit.segments[0].query && hit.segments[0].entry);
    }
    EXPECT_NEAR(static_cast<double>(hits[0].segments[0].entry->from_ms), 5'000, 1'500);
    EXPECT_NEAR(static_cast<double>(hits[1].segments[0].entry->from_ms), 20'000, 1'500);
}

TEST(ListedVideos, AMirroredCopyIsFoundAsSuch) {
    Known known;
    known.add_video(0, 1, shown({{&kFilm, 0, 60'000}}, 1'000, 2, 1));
    known.build();
    const auto query = shown({{&kFilm, 0, 60'000}}, 1'000, 6, 4);
    const auto hits = known.videos.find(known.set, looks_of(query, Orientation::flip_x)).value();
    ASSERT_EQ(hits.size(), 1U);
    EXPECT_EQ(hits[0].hit.orientation, Orientation::flip_x);
}

TEST(ListedVideos, AFrameNearAListedPictureIsAHitWithItsTime) {
    Known known;
    const std::int64_t row = known.add_picture(3, kFilm.at(22'000));
    known.build();
    const auto hits =
        known.videos.find(known.set, looks_of(shown({{&kFilm, 0, 60'000}}, 1'000, 0, 4))).value();
    ASSERT_EQ(hits.size(), 1U);
    EXPECT_EQ(hits[0].hit.entry_row, row);
    EXPECT_EQ(hits[0].hit.distance, 0);
    ASSERT_EQ(hits[0].segments.size(), 1U);
    EXPECT_EQ(hits[0].segments[0].query, (FrameSpan{22'000, 22'000}));
    EXPECT_FALSE(hits[0].segments[0].entry);
}

TEST(ListedVideos, APictureNearAListedFrameIsOneHitWithItsTime) {
    Known known;
    known.add_video(0, 1, shown({{&kFilm, 0, 60'000}}, 200, 7, 1));
    known.build();
    const PdqFingerprint query =
        looks_of(shown({{&kFilm, 31'000, 31'100}}, 1'000, 0, 4))[0].fingerprint;
    const auto near = known.set.find_near(std::span(&query, 1)).value();
    EXPECT_GT(near.size(), 1U) << "several frames of the shot";
    const auto hits = known.videos.of_picture(near);
    ASSERT_EQ(hits.size(), 1U);
    EXPECT_FALSE(hits[0].segments[0].query);
    EXPECT_NEAR(static_cast<double>(hits[0].segments[0].entry->from_ms), 31'000, 5'000);
}

TEST(ListedVideos, FramesBelowTheQualityNeverMatch) {
    Known known;
    known.add_video(0, 1, shown({{&kFilm, 0, 60'000}}, 1'000, 2, 1));
    known.build();
    const auto query = shown({{&kFilm, 0, 60'000}}, 1'000, 2, 4);
    EXPECT_TRUE(
        known.videos.find(known.set, looks_of(query, Orientation::original, 49)).value().empty());
}

TEST(ListedVideos, AStandingPictureOfAHundredThousandFramesIsKeptOnce) {
    Known known;
    int added = 0;
    const Film still(9, 1'000'000'000'000);
    std::mt19937_64 rng(5);
    for (std::int64_t i = 0; i < 100'000; ++i) {
        added += known.videos.add(0, 1, i + 1, changed(still.at(0), static_cast<int>(i % 4), rng),
                                  {i * 40, i * 40})
                     ? 1
                     : 0;
    }
    EXPECT_EQ(added, 1);
}

// A logo that stands at the head of many listed videos points to none of them.
TEST(ListedVideos, WhatManyListedVideosShowIsNoHit) {
    Known known;
    const Film logo(50);
    std::vector<Film> films;
    for (std::uint64_t i = 0; i < 12; ++i) {
        films.emplace_back(100 + i);
    }
    for (std::uint64_t i = 0; i < films.size(); ++i) {
        known.add_video(0, i + 1, shown({{&logo, 0, 12'000}, {&films[i], 0, 60'000}}, 1'000, 2, i));
    }
    known.build();
    const auto query = shown({{&logo, 0, 12'000}, {&kOther, 0, 60'000}}, 1'000, 2, 99);
    EXPECT_TRUE(known.videos.find(known.set, looks_of(query)).value().empty());
}

std::vector<VideoLook> trimmed(std::vector<VideoLook> looks) {
    for (VideoLook& look : looks) {
        look.is_trimmed = true;
    }
    return looks;
}

std::vector<VideoLook> joined(std::vector<VideoLook> looks, const std::vector<VideoLook>& more) {
    looks.insert(looks.end(), more.begin(), more.end());
    return looks;
}

TEST(ListedVideos, WholeAndTrimmedFramesAreAskedApartAndTheHitSaysWhich) {
    Known known;
    known.add_video(0, 1, shown({{&kFilm, 0, 60'000}}, 1'000, 2, 1));
    known.add_video(0, 2, shown({{&kOther, 0, 60'000}}, 1'000, 2, 2));
    const std::int64_t still = known.add_picture(0, kThird.at(4'000));
    known.build();
    // Letterboxed: with its bars it is like nothing that is listed, save a still at 4 s.
    const Film unlike(9);
    const auto with_bars = joined(looks_of(shown({{&unlike, 0, 30'000}}, 1'000, 0, 4)),
                                  looks_of(shown({{&kThird, 4'000, 5'000}}, 1'000, 5, 4)));
    const auto without = trimmed(looks_of(shown({{&kFilm, 10'000, 40'000}}, 1'000, 6, 5)));
    EXPECT_EQ(known.videos.find(known.set, with_bars).value().size(), 1U);
    const auto hits = known.videos.find(known.set, joined(with_bars, without)).value();
    ASSERT_EQ(hits.size(), 2U);
    EXPECT_EQ(kVideoVariants[hits[0].hit.query], "trimmed");
    ASSERT_EQ(hits[0].segments.size(), 1U);
    EXPECT_NEAR(static_cast<double>(hits[0].segments[0].entry->from_ms), 10'000, 1'500);
    EXPECT_GT(hits[0].segments[0].query->to_ms, 25'000);
    EXPECT_EQ(hits[1].hit.entry_row, still);
    EXPECT_EQ(kVideoVariants[hits[1].hit.query], "full");
}

TEST(ListedVideos, OfBothTheOneCountsThatSharesMoreAndTheWholeOneOfEquals) {
    Known known;
    known.add_video(0, 1, shown({{&kFilm, 0, 60'000}}, 1'000, 2, 1));
    known.build();
    const auto all = shown({{&kFilm, 0, 60'000}}, 1'000, 6, 4);
    const auto half = shown({{&kFilm, 0, 30'000}}, 1'000, 6, 4);
    const auto variant = [&](const std::vector<AlignedFrame>& whole,
                             const std::vector<AlignedFrame>& within) {
        const auto hits =
            known.videos.find(known.set, joined(looks_of(whole), trimmed(looks_of(within))))
                .value();
        EXPECT_EQ(hits.size(), 1U);
        return hits.empty() ? "" : kVideoVariants[hits[0].hit.query];
    };
    EXPECT_EQ(variant(all, all), "full");
    EXPECT_EQ(variant(all, half), "full");
    EXPECT_EQ(variant(half, all), "trimmed");
}

} // namespace
} // namespace rempart::recognise
