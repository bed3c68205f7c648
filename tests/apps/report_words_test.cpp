// SPDX-License-Identifier: Apache-2.0
// The report names what modules above it made: act and pipeline do not know each other.
#include <algorithm>

#include <gtest/gtest.h>

#include "act/words.hpp"
#include "rempart/pipeline/queue.hpp"
#include "rempart/recognise/pdq.hpp"

namespace rempart {
namespace {

bool has_words(std::string_view text) {
    return std::ranges::any_of(act::row_names(), [&](const act::Phrase& phrase) {
        return phrase.key == text && !phrase.en.empty() && !phrase.fr.empty();
    });
}

// One of three copies to which, as a group, every rule applies.
casefile::PictureView copy_number(int number) {
    casefile::PictureView view;
    view.content = number;
    view.sha256 = std::string(64, static_cast<char>('0' + number));
    view.picture = {.format = "jpeg", .width = 100, .height = 100, .partial_reason = {}};
    const Bytes one_hash(32, std::byte{0x35});
    casefile::FingerprintRecord print{.algorithm = "pdq",
                                      .variant = "full",
                                      .quality = 100,
                                      .value = one_hash,
                                      .orientations = {}};
    for (std::size_t i = 0; i < recognise::kOrientations; ++i) {
        print.orientations.insert(print.orientations.end(), one_hash.begin(), one_hash.end());
    }
    view.fingerprint = print;
    view.exhibits = 2;
    view.messages = 3;
    view.seen_deleted = view.has_camera = view.has_location = true;
    return view;
}

TEST(ReportWords, EveryRuleOfTheQueueAndItsSourceHaveThem) {
    std::vector<casefile::PictureView> pictures{copy_number(1), copy_number(2), copy_number(3)};
    pictures[2].hit_alert = true;
    const auto queue = pipeline::make_queue(pictures, 1);
    ASSERT_EQ(queue.size(), 1U);
    ASSERT_EQ(queue[0].reasons.size(), pipeline::queue_rules().size()) << "each rule gives points";
    for (const pipeline::QueueRule& rule : pipeline::queue_rules()) {
        EXPECT_TRUE(has_words(rule.fact)) << rule.fact;
    }
    for (const casefile::ReasonRecord& reason : queue[0].reasons) {
        EXPECT_TRUE(has_words(reason.fact)) << reason.fact;
        const std::size_t digits = reason.source.find_first_not_of("0123456789 ");
        EXPECT_TRUE(has_words(std::string_view(reason.source).substr(digits))) << reason.source;
    }
}

} // namespace
} // namespace rempart
