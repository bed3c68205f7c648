// SPDX-License-Identifier: Apache-2.0
#include "pipeline/left_aside.hpp"

#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace rempart::pipeline {
namespace {

using casefile::PlaceRecord;

ContentDigest content(int number) {
    ContentDigest hash{};
    hash[0] = static_cast<std::byte>(number);
    return hash;
}

PlaceRecord place(std::uint64_t seq, std::optional<std::uint64_t> parent = std::nullopt) {
    PlaceRecord record;
    record.seq = seq;
    record.parent_seq = parent;
    return record;
}

PlaceRecord picture(std::uint64_t seq, int number,
                    std::optional<std::uint64_t> parent = std::nullopt) {
    PlaceRecord record = place(seq, parent);
    record.left_aside = content(number);
    return record;
}

PlaceRecord with_error(PlaceRecord record, Errc error, bool is_problem = false) {
    record.error = error;
    record.is_problem = is_problem;
    return record;
}

std::string told(const WantedItem& item) {
    std::string text;
    for (const WantedItem& member : item.members) {
        text += fmt::format("{}{}", text.empty() ? "" : " ", member.ordinal);
        if (!member.members.empty()) {
            text += fmt::format("{}({})", member.must_read_all ? "!" : "", told(member));
        }
    }
    return text;
}

LeftAside built(std::initializer_list<PlaceRecord> places,
                LeftAsideBuilder::Setup setup = {.first_ordinal = 0, .most = 100}) {
    LeftAsideBuilder builder(setup);
    for (const PlaceRecord& record : places) {
        builder.add(record);
    }
    return std::move(builder).finish();
}

TEST(LeftAside, CountsEachSourceByItselfAndLeavesOutWhatHoldsNothing) {
    const auto left =
        built({place(0), picture(1, 1), place(2), place(3, 2), place(4, 3), picture(5, 2, 3),
               place(6, 2), picture(7, 3, 2), place(8), place(9, 8), picture(10, 4)},
              {.first_ordinal = 50, .most = 100});
    EXPECT_EQ(told(left.exhibit), "51 52(0(1) 2) 54");
    EXPECT_EQ(left.pictures, 4U);
    EXPECT_EQ(left.exhibit.members[1].last_seq(), 7U);
    EXPECT_EQ(left.exhibit.runs(), (std::vector<examine::OrdinalRun>{{51, 53}, {54, 55}}));
}

TEST(LeftAside, TakesEachContentAtItsFirstPlaceOnly) {
    EXPECT_EQ(told(built({picture(0, 1), picture(1, 1), picture(2, 2), picture(3, 1)}).exhibit),
              "0 2");
}

TEST(LeftAside, TakesNoMoreThanAllowedAndTheRestAnotherTime) {
    const auto left =
        built({picture(0, 1), picture(1, 2), picture(2, 3)}, {.first_ordinal = 0, .most = 2});
    EXPECT_EQ(told(left.exhibit), "0 1");
    EXPECT_EQ(left.pictures, 2U);
}

TEST(LeftAside, AnArchiveInWhichAnythingFailedIsReadWhole) {
    const auto left =
        built({place(0), picture(1, 1, 0), with_error(place(2, 0), Errc::damaged, true), place(3),
               picture(4, 2, 3)});
    EXPECT_EQ(told(left.exhibit), "0!(0) 1(0)");
    EXPECT_TRUE(left.exhibit.members[0].runs().empty());
    EXPECT_FALSE(left.exhibit.must_read_all);
}

TEST(LeftAside, AnExhibitIsReadWholeOnlyWhereReadingDecidesHowTheRestIsNumbered) {
    const auto damaged = with_error(place(0), Errc::damaged, true);
    const auto died = with_error(place(0), Errc::crashed);
    EXPECT_FALSE(built({damaged, picture(1, 1)}).exhibit.must_read_all);
    EXPECT_TRUE(built({died, picture(1, 1)}).exhibit.must_read_all);
    EXPECT_TRUE(built({damaged, picture(1, 1)},
                      {.first_ordinal = 0, .most = 9, .problems_depend_on_reading = true})
                    .exhibit.must_read_all);
}

TEST(LeftAside, NothingLeftAsideIsNoWay) {
    EXPECT_TRUE(built({place(0), place(1, 0)}).exhibit.members.empty());
    EXPECT_TRUE(built({}).exhibit.members.empty());
}

} // namespace
} // namespace rempart::pipeline
