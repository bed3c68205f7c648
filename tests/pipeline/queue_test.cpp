// SPDX-License-Identifier: Apache-2.0
#include "rempart/pipeline/queue.hpp"

#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

namespace rempart::pipeline {
namespace {

using casefile::GroupWorth;
using casefile::MediaView;

MediaView picture(int number, std::uint32_t side = 1'000) {
    MediaView view;
    view.content = number;
    view.sha256 = std::string(64, static_cast<char>('0' + number));
    view.picture = casefile::PictureRecord{
        .format = "jpeg", .width = side, .height = side, .partial_reason = {}};
    return view;
}

MediaView video(int number, std::int64_t duration_ms = 60'000) {
    MediaView view = picture(number);
    view.picture.reset();
    view.video = casefile::VideoRecord{.format = "mp4",
                                       .codec = "h264",
                                       .width = 640,
                                       .height = 480,
                                       .duration_ms = duration_ms,
                                       .partial_reason = {}};
    return view;
}

MediaView known(MediaView view) {
    view.known_by.alert_near = true;
    return view;
}

bool gives(const GroupWorth& worth, std::string_view fact) {
    return std::ranges::any_of(worth.reasons,
                               [&](const auto& reason) { return reason.fact == fact; });
}

TEST(Queue, KnownMembersAreNoNewMaterialAndTheirCopiesComeLast) {
    const GroupWorth copy = judge_group(std::vector{known(picture(1)), picture(2)});
    EXPECT_EQ(copy.representative, 2) << "not the known one, although its hash is smaller";
    EXPECT_EQ(copy.unknown_members, 1U);
    EXPECT_LT(copy.points, 0);
    const GroupWorth all_known = judge_group(std::vector{known(picture(1))});
    EXPECT_EQ(all_known.unknown_members, 0U);
    EXPECT_EQ(all_known.representative, 1);
    EXPECT_TRUE(all_known.reasons.empty());
    MediaView harmless = picture(3);
    harmless.known_by.allow_by_sha = true;
    EXPECT_EQ(judge_group(std::vector{harmless}).unknown_members, 0U);
}

TEST(Queue, PointsAreTheSumOfTheReasons) {
    MediaView one = picture(1);
    one.has_camera = true;
    one.has_location = true;
    one.messages = 3;
    one.exhibits = 2;
    one.seen_deleted = true;
    const GroupWorth worth = judge_group(std::vector{one});
    int sum = 0;
    for (const auto& reason : worth.reasons) {
        EXPECT_FALSE(reason.source.empty()) << reason.fact;
        sum += reason.points;
    }
    EXPECT_EQ(worth.points, sum);
    EXPECT_EQ(worth.reasons.size(), 6U);
}

TEST(Queue, AVideoStandsForItsStillsAndTheLongestForItsParts) {
    EXPECT_EQ(judge_group(std::vector{picture(1), video(2), video(3, 90'000)}).representative, 3);
    EXPECT_EQ(judge_group(std::vector{picture(1), picture(2, 2'000)}).representative, 2);
    EXPECT_EQ(judge_group(std::vector{picture(1), picture(2)}).representative, 1)
        << "of equals the smallest hash";
    MediaView unread = video(1);
    unread.video.reset();
    EXPECT_EQ(judge_group(std::vector{unread, video(2)}).representative, 2);
}

TEST(Queue, ItIsTheLengthOfAVideoThatTellsAPreviewNotItsSide) {
    MediaView small = video(1);
    small.video->width = 100;
    EXPECT_FALSE(gives(judge_group(std::vector{small}), "small picture"));
    EXPECT_FALSE(gives(judge_group(std::vector{small}), "short video"));
    EXPECT_TRUE(gives(judge_group(std::vector{video(1, 2'999)}), "short video"));
    EXPECT_FALSE(gives(judge_group(std::vector{video(1, 2'999), video(2)}), "short video"));
    EXPECT_TRUE(gives(judge_group(std::vector{picture(1, 199)}), "small picture"));
    EXPECT_FALSE(gives(judge_group(std::vector{picture(1, 199), video(2, 100)}), "small picture"));
}

TEST(Queue, AVideoThatDidNotDecodeIsNewMaterialAndSaysSo) {
    MediaView unread = video(1);
    unread.video.reset();
    const GroupWorth worth = judge_group(std::vector{unread});
    EXPECT_EQ(worth.unknown_members, 1U);
    EXPECT_TRUE(gives(worth, "video that did not decode"));
    EXPECT_FALSE(gives(worth, "short video"));
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
