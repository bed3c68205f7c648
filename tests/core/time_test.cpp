// SPDX-License-Identifier: Apache-2.0
#include "rempart/core/time.hpp"

#include <array>
#include <limits>

#include <gtest/gtest.h>

#include "support/result.hpp"

namespace rempart {
namespace {

constexpr std::array kKinds{TimeKind::none, TimeKind::utc, TimeKind::local_unknown,
                            TimeKind::ambiguous};

TEST(TimeKind, EachHasItsOwnStableName) {
    constexpr std::array kNames{"none", "utc", "local_unknown", "ambiguous"};
    for (std::size_t i = 0; i < kKinds.size(); ++i) {
        EXPECT_EQ(name(kKinds[i]), kNames[i]);
        EXPECT_EQ(time_kind_named(kNames[i]), kKinds[i]);
    }
    EXPECT_EQ(time_kind_named("UTC"), std::nullopt);
    EXPECT_EQ(time_kind_named(""), std::nullopt);
}

TEST(FormatTime, AZoneIsWrittenOnlyWhereItIsKnown) {
    const std::int64_t micros = 1'714'555'800'000'000; // 2024-05-01 09:30:00
    EXPECT_EQ(format_time({TimeKind::utc, micros}), "2024-05-01T09:30:00Z");
    EXPECT_EQ(format_time({TimeKind::local_unknown, micros}), "2024-05-01T09:30:00");
    EXPECT_EQ(format_time({TimeKind::ambiguous, micros}), "2024-05-01T09:30:00");
    EXPECT_EQ(format_time({TimeKind::none, micros}), "");
}

TEST(FormatTime, AFractionIsWrittenOnlyWhereThereIsOne) {
    EXPECT_EQ(format_time(TimeValue::utc(0, 250'000)), "1970-01-01T00:00:00.250000Z");
    EXPECT_EQ(format_time(TimeValue::utc(0, 1)), "1970-01-01T00:00:00.000001Z");
    EXPECT_EQ(format_time(TimeValue::utc(-1, 999'999)), "1969-12-31T23:59:59.999999Z");
}

TEST(FormatTime, YearsOneTo9999AndNoOther) {
    constexpr std::int64_t kFirst = -62'135'596'800;
    constexpr std::int64_t kLast = 253'402'300'799;
    EXPECT_EQ(format_time(TimeValue::utc(kFirst)), "0001-01-01T00:00:00Z");
    EXPECT_EQ(format_time(TimeValue::utc(kLast)), "9999-12-31T23:59:59Z");
    EXPECT_EQ(format_time(TimeValue::utc(kFirst - 1)), "");
    EXPECT_EQ(format_time(TimeValue::utc(kLast + 1)), "");
    for (const auto extreme :
         {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()}) {
        EXPECT_EQ(format_time({TimeKind::utc, extreme}), "");
    }
}

int days_of(int year, int month) {
    const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    const std::array lengths{31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return lengths[static_cast<std::size_t>(month - 1)];
}

// The first and the last day of each month, with the days between counted.
TEST(MicrosOf, AgreesWithCountingDays) {
    std::int64_t days = -719'162; // 0001-01-01 before 1970-01-01, proleptic Gregorian
    for (int month_count = 0; month_count < 2400 * 12; ++month_count) {
        const int year = 1 + month_count / 12;
        const int month = 1 + month_count % 12;
        const int length = days_of(year, month);
        const auto first = micros_of({.year = year, .month = month, .day = 1});
        const auto last = micros_of({.year = year, .month = month, .day = length});
        ASSERT_EQ(first.value_or(-1), days * 86'400'000'000) << year << '-' << month;
        days += length;
        ASSERT_EQ(last.value_or(-1), (days - 1) * 86'400'000'000) << year << '-' << month;
        ASSERT_FALSE(micros_of({.year = year, .month = month, .day = length + 1}));
    }
}

TEST(MicrosOf, RefusesReadingsThatDoNotExist) {
    for (const CivilTime& wrong :
         {CivilTime{.month = 0}, CivilTime{.month = 13}, CivilTime{.day = 0},
          CivilTime{.month = 2, .day = 30}, CivilTime{.month = -1}, CivilTime{.day = -1},
          CivilTime{.hour = 24}, CivilTime{.hour = -1}, CivilTime{.minute = 60},
          CivilTime{.minute = -1}, CivilTime{.second = 60}, CivilTime{.second = -1},
          CivilTime{.year = 0}, CivilTime{.year = -1}, CivilTime{.year = 10'000},
          CivilTime{.year = 67'506}, CivilTime{.month = 257}, CivilTime{.day = 257}}) {
        EXPECT_EQ(error_of(micros_of(wrong)).code, Errc::malformed)
            << wrong.year << '-' << wrong.month << '-' << wrong.day << ' ' << wrong.hour << ':'
            << wrong.minute << ':' << wrong.second;
    }
}

TEST(ParseTime, UndoesFormatTime) {
    for (const std::string_view text :
         {"0001-01-01T00:00:00Z", "1969-12-31T23:59:59Z", "2024-02-29T23:59:59Z",
          "9999-12-31T23:59:59Z", "2024-05-01T09:30:00"}) {
        const auto value = parse_time(text);
        ASSERT_TRUE(value) << text;
        EXPECT_EQ(value->kind, text.ends_with('Z') ? TimeKind::utc : TimeKind::local_unknown);
        EXPECT_EQ(format_time(*value), text);
    }
}

TEST(ParseTime, IsStrict) {
    for (const std::string_view bad : {"",
                                       "Z",
                                       "2024-05-01",
                                       "2024-05-01T09:30",
                                       "2024-05-01T09:30:00z",
                                       "2024-05-01 09:30:00",
                                       "2024-05-01T09:30:00+02:00",
                                       "2024-05-01T09:30:00.5Z",
                                       "2024-5-01T09:30:00Z",
                                       " 024-05-01T09:30:00Z",
                                       "-024-05-01T09:30:00Z",
                                       "+024-05-01T09:30:00Z",
                                       "abcd-05-01T09:30:00Z",
                                       "2024-ab-01T09:30:00Z",
                                       "2024-05-abT09:30:00Z",
                                       "2024-05-01Tab:30:00Z",
                                       "2024-05-01T09:ab:00Z",
                                       "2024-05-01T09:30:abZ",
                                       "2023-02-29T00:00:00Z",
                                       "2024-05-01T24:00:00Z",
                                       "2024-05-01T23:59:60Z",
                                       "0000-01-01T00:00:00Z",
                                       "2024-05-01T09:30:00ZZ"}) {
        EXPECT_EQ(error_of(parse_time(bad)).code, Errc::malformed) << bad;
    }
}

} // namespace
} // namespace rempart
