// SPDX-License-Identifier: Apache-2.0
#include "rempart/pipeline/queue.hpp"

#include <algorithm>
#include <random>

#include <gtest/gtest.h>

#include "rempart/recognise/pdq.hpp"

namespace rempart::pipeline {
namespace {

using casefile::PictureView;

std::string hex_of(int number) {
    std::string text(64, '0');
    for (std::size_t i = text.size(); number > 0; number /= 10) {
        text[--i] = static_cast<char>('0' + number % 10);
    }
    return text;
}

Bytes bytes_of_hash(std::uint64_t seed, int flipped_bits) {
    std::mt19937_64 random(seed);
    Bytes bytes(32);
    std::ranges::generate(bytes, [&] { return static_cast<std::byte>(random() & 0xFFU); });
    for (int i = 0; i < flipped_bits; ++i) {
        bytes[static_cast<std::size_t>(i)] ^= std::byte{1};
    }
    return bytes;
}

// A picture whose eight orientations are all random but the first, which is `seed`'s.
PictureView picture(int number, std::uint64_t seed, int flipped_bits = 0, int quality = 100) {
    PictureView view;
    view.content = number;
    view.sha256 = hex_of(number);
    view.picture = {.format = "jpeg", .width = 1000, .height = 800, .partial_reason = {}};
    casefile::FingerprintRecord fingerprint;
    fingerprint.algorithm = "pdq";
    fingerprint.variant = "full";
    fingerprint.quality = quality;
    fingerprint.value = bytes_of_hash(seed, flipped_bits);
    fingerprint.orientations = fingerprint.value;
    for (std::uint64_t i = 1; i < recognise::kOrientations; ++i) {
        const Bytes other = bytes_of_hash(static_cast<std::uint64_t>(number) * 1'000 + i, 0);
        fingerprint.orientations.insert(fingerprint.orientations.end(), other.begin(), other.end());
    }
    view.fingerprint = fingerprint;
    return view;
}

TEST(Queue, NearDuplicatesAreOneGroupAndOthersStandAlone) {
    const std::vector<PictureView> pictures{picture(1, 7), picture(2, 7, 10), picture(3, 8)};
    const auto queue = make_queue(pictures, 1);
    ASSERT_EQ(queue.size(), 2U);
    EXPECT_EQ(queue[0].members, (std::vector<casefile::RowId>{1, 2})); // more points: a series
    EXPECT_EQ(queue[0].id, hex_of(1));
    EXPECT_EQ(queue[1].members, (std::vector<casefile::RowId>{3}));
}

TEST(Queue, APictureOfLowQualityIsNeverGrouped) {
    const std::vector<PictureView> pictures{picture(1, 7), picture(2, 7, 0, 49)};
    EXPECT_EQ(make_queue(pictures, 1).size(), 2U);
}

TEST(Queue, KnownPicturesAreNotInItAndTheirCopiesComeLast) {
    std::vector<PictureView> pictures{picture(1, 7), picture(2, 7, 4), picture(3, 8),
                                      picture(4, 9)};
    pictures[0].hit_alert = true;
    pictures[3].hit_allow_exact = true;
    const auto queue = make_queue(pictures, 1);
    ASSERT_EQ(queue.size(), 3U);
    EXPECT_EQ(queue[0].representative, 3);
    EXPECT_EQ(queue[1].representative, 2); // not the known one, although its hash is smaller
    EXPECT_EQ(queue[1].unknown_members, 1U);
    EXPECT_LT(queue[1].points, 0);
    EXPECT_EQ(queue[2].unknown_members, 0U);
    EXPECT_TRUE(queue[2].reasons.empty());
}

TEST(Queue, PointsAreTheSumOfTheReasons) {
    std::vector<PictureView> pictures{picture(1, 7)};
    pictures[0].has_camera = true;
    pictures[0].has_location = true;
    pictures[0].messages = 3;
    pictures[0].exhibits = 2;
    pictures[0].seen_deleted = true;
    const auto queue = make_queue(pictures, 1);
    ASSERT_EQ(queue.size(), 1U);
    int sum = 0;
    for (const auto& reason : queue[0].reasons) {
        EXPECT_FALSE(reason.source.empty()) << reason.fact;
        sum += reason.points;
    }
    EXPECT_EQ(queue[0].points, sum);
    EXPECT_EQ(queue[0].reasons.size(), 6U);
}

TEST(Queue, IsTheSameWhateverTheNumberOfThreads) {
    std::vector<PictureView> pictures;
    for (int i = 1; i <= 200; ++i) {
        pictures.push_back(picture(i, static_cast<std::uint64_t>(i % 37), i % 5));
    }
    const auto one = make_queue(pictures, 1);
    const auto four = make_queue(pictures, 4);
    ASSERT_EQ(one.size(), four.size());
    for (std::size_t i = 0; i < one.size(); ++i) {
        EXPECT_EQ(one[i].id, four[i].id);
        EXPECT_EQ(one[i].members, four[i].members);
    }
}

TEST(Queue, RulesNameTheMaterialAndNeverAPerson) {
    for (const QueueRule& rule : queue_rules()) {
        const std::string fact = ' ' + std::string(rule.fact) + ' ';
        for (const std::string word : {"person", "owner", "sender", "account", "age", "sex"}) {
            EXPECT_EQ(fact.find(' ' + word + ' '), std::string::npos) << fact;
        }
    }
}

} // namespace
} // namespace rempart::pipeline
