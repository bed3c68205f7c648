// SPDX-License-Identifier: Apache-2.0
// The report names what modules above it made: act and pipeline do not know each other.
#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "act/words.hpp"
#include "rempart/pipeline/queue.hpp"

namespace rempart {
namespace {

bool has_words(std::string_view text) {
    return std::ranges::any_of(act::row_names(), [&](const act::Phrase& phrase) {
        return phrase.key == text && !phrase.en.empty() && !phrase.fr.empty();
    });
}

// A member of a group to which, as a whole, every rule applies.
casefile::MediaView member_number(int number) {
    casefile::MediaView view;
    view.content = number;
    view.sha256 = std::string(64, static_cast<char>('0' + number));
    view.exhibits = 2;
    view.messages = 3;
    view.seen_deleted = view.has_camera = view.has_location = true;
    return view;
}

casefile::MediaView small_picture(int number) {
    casefile::MediaView view = member_number(number);
    view.picture = casefile::PictureRecord{
        .format = "jpeg", .width = 100, .height = 100, .partial_reason = {}};
    return view;
}

casefile::MediaView short_video(int number) {
    casefile::MediaView view = member_number(number);
    view.video = casefile::VideoRecord{.format = "mp4",
                                       .codec = "h264",
                                       .width = 640,
                                       .height = 480,
                                       .duration_ms = 1'000,
                                       .partial_reason = {}};
    return view;
}

casefile::MediaView known(casefile::MediaView view) {
    view.known_by.alert_near = true;
    return view;
}

TEST(ReportWords, EveryRuleOfTheQueueAndItsSourceHaveThem) {
    const std::vector<std::vector<casefile::MediaView>> groups{
        {small_picture(1), small_picture(2), known(small_picture(3))},
        {short_video(1), short_video(2)},
        {short_video(1), small_picture(2), member_number(3)}};
    std::set<std::string> given;
    for (const auto& members : groups) {
        for (const casefile::ReasonRecord& reason : pipeline::judge_group(members).reasons) {
            given.insert(reason.fact);
            EXPECT_TRUE(has_words(reason.fact)) << reason.fact;
            const std::size_t digits = reason.source.find_first_not_of("0123456789 ");
            EXPECT_TRUE(has_words(std::string_view(reason.source).substr(digits))) << reason.source;
        }
    }
    for (const pipeline::QueueRule& rule : pipeline::queue_rules()) {
        EXPECT_TRUE(has_words(rule.fact)) << rule.fact;
        EXPECT_TRUE(given.contains(std::string(rule.fact))) << rule.fact << " gave no points";
    }
}

} // namespace
} // namespace rempart
