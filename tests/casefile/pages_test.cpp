// SPDX-License-Identifier: Apache-2.0
// What is told of a case row by row: all of it in its order, or the beginning.
#include <algorithm>
#include <map>
#include <numeric>

#include <gtest/gtest.h>

#include <fmt/format.h>

#include "casefile/case_fixture.hpp"
#include "casefile/sample_case.hpp"
#include "rempart/core/hex.hpp"

namespace rempart::casefile {
namespace {

using Names = std::vector<std::string>;

class Pages : public ::testing::Test {
  protected:
    std::vector<HitView> hits(std::size_t most = kAllRows) {
        std::vector<HitView> all;
        expect_ok(each_hit(
            file_,
            [&](const HitView& view) -> Result<void> {
                all.push_back(view);
                return {};
            },
            most));
        return all;
    }

    TempFolder temp_;
    Case file_ = new_case(temp_.path() / "case");
};

Names names_of(const std::vector<HitView>& hits) {
    Names names;
    for (const HitView& hit : hits) {
        names.push_back(fmt::format("{} {} {} {} {} {}", hit.hit.list, hit.hit.distance,
                                    hit.sha256.substr(0, 16), hit.hit.match, hit.exhibit_label,
                                    hit.item_path));
    }
    return names;
}

// Contents in one place, in several exhibits, and in more places than are sorted at once.
TEST_F(Pages, HitsComeByListDistanceAndContentAndTheFirstOfThemAlone) {
    std::vector<std::uint64_t> numbers(30);
    std::iota(numbers.begin(), numbers.end(), 0);
    fill_list(file_, "one", "alert", numbers);
    fill_list(file_, "two", "note", numbers);
    for (const char* label : {"A", "B"}) {
        IngestWriter writer =
            value_of(IngestWriter::open(file_, value_of(add_exhibit(file_, some_exhibit(label)))));
        for (std::uint64_t i = 0; i < 30; ++i) {
            const auto known = value_of(writer.find_content(digest_of(i)));
            const RowId row = known ? *known : value_of(writer.add_content(some_content(i)));
            for (std::uint64_t place = 0; place < (i == 3 || i == 17 ? 1'100U : 1U); ++place) {
                expect_ok(writer.add_item(
                    some_item(writer.next_seq(), fmt::format("{:05}", writer.next_seq()), row)));
            }
            HitRecord hit{.content = row,
                          .list = 1,
                          .entry = static_cast<RowId>(i + 1),
                          .match = "near",
                          .algorithm = "pdq",
                          .variant = "full",
                          .distance = static_cast<int>(i % 4),
                          .orientation = "original"};
            expect_ok(writer.add_hits(std::vector{hit}));
            hit.list = 2;
            hit.entry += 30;
            hit.match = i % 2 == 0 ? "exact" : "near";
            hit.distance = 0;
            expect_ok(writer.add_hits(std::vector{hit}));
        }
        expect_ok(writer.commit());
    }
    const Names all = names_of(hits());
    ASSERT_EQ(all.size(), 2 * 2 * (28 + 2 * 1'100U));
    Names sorted = all;
    std::ranges::sort(sorted); // each part of a name is as wide as the others of its kind
    EXPECT_EQ(all, sorted);
    for (const std::size_t most : {1U, 2U, 57U, 1'500U, 4'456U, 9'000U}) {
        const Names some = names_of(hits(most));
        ASSERT_EQ(some.size(), std::min(most, all.size()));
        EXPECT_TRUE(std::equal(some.begin(), some.end(), all.begin())) << most;
    }
    EXPECT_TRUE(hits(0).empty());
}

TEST_F(Pages, TheQueueComesInItsOrderWithReasonsAndFirstPlaces) {
    fill_exhibit(file_, "A", 1, 4);
    fill_exhibit(file_, "B", 3, 6);
    fill_groups(file_);
    std::map<std::string, std::string> first_places;
    expect_ok(each_item(file_, [&](const ItemView& view) -> Result<void> {
        first_places.try_emplace(view.sha256, view.exhibit_label + view.item.path);
        return {};
    }));
    std::vector<QueuedGroup> queue;
    const auto take = [&](const QueuedGroup& group) -> Result<void> {
        queue.push_back(group);
        return {};
    };
    expect_ok(each_queued(file_, take));
    const auto pictures = value_of(all_media(file_));
    std::size_t at = 0;
    for (const GroupRecord& group : value_of(groups(file_))) {
        if (group.worth.unknown_members == 0) {
            continue;
        }
        ASSERT_LT(at, queue.size());
        const QueuedGroup& told = queue[at++];
        EXPECT_EQ(told.id, group.id);
        EXPECT_EQ(told.members, group.members.size());
        EXPECT_EQ(told.points, group.worth.points);
        ASSERT_EQ(told.reasons.size(), group.worth.reasons.size());
        for (std::size_t i = 0; i < told.reasons.size(); ++i) {
            EXPECT_EQ(told.reasons[i].fact, group.worth.reasons[i].fact);
        }
        const auto shown =
            std::ranges::find(pictures, group.worth.representative, &MediaView::content);
        ASSERT_NE(shown, pictures.end());
        EXPECT_EQ(told.sha256, shown->sha256);
        EXPECT_EQ(told.representative, shown->content);
        EXPECT_EQ(told.first_exhibit + told.first_path, first_places[told.sha256]);
        EXPECT_EQ(told.kind, shown->picture ? "picture" : "video");
        EXPECT_EQ(told.format, shown->picture ? shown->picture->format : shown->video->format);
    }
    EXPECT_EQ(at, queue.size());
    ASSERT_GT(queue.size(), 0U);
    const std::string first = queue.front().id;
    queue.clear();
    expect_ok(each_queued(file_, take, 1));
    ASSERT_EQ(queue.size(), 1U);
    EXPECT_EQ(queue.front().id, first);
}

TEST_F(Pages, ProblemsAreTheItemsWithAnErrorAndNoOthers) {
    for (const char* label : {"A", "B"}) {
        IngestWriter writer =
            value_of(IngestWriter::open(file_, value_of(add_exhibit(file_, some_exhibit(label)))));
        for (std::uint64_t i = 0; i < 12; ++i) {
            const auto known = value_of(writer.find_content(digest_of(i)));
            ContentRecord content = some_picture(i);
            if (i % 3 == 0) {
                content.media_error = Error{Errc::malformed, "no picture"};
            }
            if (i % 4 == 0) {
                content.picture->partial_reason = "damaged: row 3";
            }
            ItemRecord item = some_item(i, fmt::format("{:02}", i),
                                        known ? *known : value_of(writer.add_content(content)));
            if (i % 5 == 0) {
                item.error = Error{Errc::io, "refused"};
            }
            expect_ok(writer.add_item(item));
        }
        expect_ok(writer.commit());
    }
    const auto place = [](const ItemView& view) { return view.exhibit_label + view.item.path; };
    Names wanted, told;
    expect_ok(each_item(file_, [&](const ItemView& view) -> Result<void> {
        if (view.error()) {
            wanted.push_back(place(view));
        }
        return {};
    }));
    expect_ok(each_problem(file_, [&](const ItemView& view) -> Result<void> {
        EXPECT_TRUE(view.error().has_value());
        told.push_back(place(view));
        return {};
    }));
    EXPECT_EQ(told, wanted);
    EXPECT_EQ(told.size(), 16U);
}

TEST_F(Pages, ItemsAndMessagesEndWhereTheyAreToldTo) {
    fill_exhibit(file_, "A", 1, 4);
    fill_exhibit(file_, "B", 3, 6);
    Names items, messages;
    const auto take_items = [&](const ItemView& view) -> Result<void> {
        items.push_back(view.exhibit_label + view.item.path);
        return {};
    };
    const auto take_messages = [&](const MessageView& view) -> Result<void> {
        messages.push_back(view.message.native_id + view.message.body);
        return {};
    };
    expect_ok(each_item(file_, take_items));
    expect_ok(each_message(file_, take_messages));
    const Names all_items = std::exchange(items, {}), all_messages = std::exchange(messages, {});
    ASSERT_GT(all_items.size(), 3U);
    ASSERT_GT(all_messages.size(), 3U);
    for (const std::size_t most : {std::size_t{0}, std::size_t{3}, all_items.size() + 1}) {
        items.clear();
        expect_ok(each_item(file_, take_items, most));
        EXPECT_EQ(items, Names(all_items.begin(),
                               all_items.begin() +
                                   static_cast<std::ptrdiff_t>(std::min(most, all_items.size()))));
        messages.clear();
        expect_ok(each_message(file_, take_messages, most));
        EXPECT_EQ(messages, Names(all_messages.begin(),
                                  all_messages.begin() + static_cast<std::ptrdiff_t>(
                                                             std::min(most, all_messages.size()))));
    }
}

} // namespace
} // namespace rempart::casefile
