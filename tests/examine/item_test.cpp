// SPDX-License-Identifier: Apache-2.0
#include "rempart/examine/item.hpp"

#include <set>
#include <string_view>

#include <gtest/gtest.h>

#include "examine/instant.hpp"
#include "rempart/examine/source.hpp"

namespace rempart::examine {
namespace {

template <typename Enum>
std::set<std::string_view> names_up_to(Enum last) {
    std::set<std::string_view> names;
    for (int i = 0; i <= static_cast<int>(last); ++i) {
        names.insert(name(static_cast<Enum>(i)));
    }
    return names;
}

TEST(Item, NamesAreThoseOfTheCommandLine) {
    EXPECT_EQ(names_up_to(kLastItemKind),
              (std::set<std::string_view>{"file", "symlink", "special", "problem"}));
    EXPECT_EQ(names_up_to(kLastItemState),
              (std::set<std::string_view>{"allocated", "deleted", "carved", "embedded"}));
    EXPECT_EQ(
        names_up_to(kLastRecovery),
        (std::set<std::string_view>{"", "intact", "contiguity-assumed", "partial", "overwritten"}));
    EXPECT_EQ(names_up_to(ExhibitKind::disk_e01),
              (std::set<std::string_view>{"folder", "file", "disk-raw", "disk-e01"}));
    EXPECT_EQ(name(Recovery::contiguity_assumed), "contiguity-assumed");
    EXPECT_EQ(name(ItemState::embedded), "embedded");
}

TEST(Item, AnInstantOutsideTheCalendarIsNone) {
    EXPECT_EQ(instant(TimeKind::utc, 1, 999'999'999), TimeValue::utc(1, 999'999));
    EXPECT_EQ(format_time(instant(TimeKind::utc, kLastSecond, 0)), "9999-12-31T23:59:59Z");
    EXPECT_EQ(format_time(instant(TimeKind::utc, kFirstSecond, 0)), "0001-01-01T00:00:00Z");
    EXPECT_EQ(instant(TimeKind::utc, kLastSecond + 1, 0), TimeValue{});
    EXPECT_EQ(instant(TimeKind::utc, kFirstSecond - 1, 0), TimeValue{});
    EXPECT_EQ(instant(TimeKind::utc, INT64_MIN, 0), TimeValue{});
    EXPECT_EQ(instant(TimeKind::utc, 5, -1), TimeValue::utc(5));
    EXPECT_EQ(instant(TimeKind::utc, 5, 1'000'000'000), TimeValue::utc(5));
}

} // namespace
} // namespace rempart::examine
