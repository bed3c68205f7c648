// SPDX-License-Identifier: Apache-2.0
#include "rempart/core/time.hpp"

#include <array>
#include <chrono>

#include <fmt/format.h>

namespace rempart {
namespace {

constexpr std::int64_t kMicrosPerDay = 86'400'000'000;
constexpr std::array kKinds{TimeKind::none, TimeKind::utc, TimeKind::local_unknown,
                            TimeKind::ambiguous};

// The number in `digits`, all of which must be decimal digits; -1 otherwise.
int number_of(std::string_view digits) {
    int value = 0;
    for (const char c : digits) {
        if (c < '0' || c > '9') {
            return -1;
        }
        value = value * 10 + (c - '0');
    }
    return value;
}

} // namespace

std::string_view name(TimeKind kind) noexcept {
    switch (kind) {
    case TimeKind::none: return "none";
    case TimeKind::utc: return "utc";
    case TimeKind::local_unknown: return "local_unknown";
    case TimeKind::ambiguous: return "ambiguous";
    }
    return "unknown";
}

std::optional<TimeKind> time_kind_named(std::string_view text) noexcept {
    for (const TimeKind kind : kKinds) {
        if (name(kind) == text) {
            return kind;
        }
    }
    return std::nullopt;
}

Result<std::int64_t> micros_of(const CivilTime& reading) {
    using namespace std::chrono;
    // std::chrono keeps 8 bits of a month and a day: what is out of range must not reach it
    const bool in_range = reading.year >= 1 && reading.year <= 9999 && reading.month >= 1 &&
                          reading.month <= 12 && reading.day >= 1 && reading.day <= 31;
    if (!in_range) {
        return fail(Errc::malformed, "no such date or time of day");
    }
    const year_month_day date{year(reading.year), month(static_cast<unsigned>(reading.month)),
                              day(static_cast<unsigned>(reading.day))};
    const bool clock_exists = reading.hour >= 0 && reading.hour < 24 && reading.minute >= 0 &&
                              reading.minute < 60 && reading.second >= 0 && reading.second < 60;
    if (!date.ok() || !clock_exists) {
        return fail(Errc::malformed, "no such date or time of day");
    }
    const std::int64_t seconds = reading.hour * 3600LL + reading.minute * 60LL + reading.second;
    return sys_days(date).time_since_epoch().count() * kMicrosPerDay + seconds * 1'000'000;
}

std::string format_time(TimeValue value) {
    using namespace std::chrono;
    if (value.kind == TimeKind::none) {
        return {};
    }
    const auto instant = sys_time<microseconds>(microseconds(value.micros));
    const auto day_start = floor<days>(instant);
    const year_month_day date(day_start);
    if (date.year() < year(1) || date.year() > year(9999)) {
        return {};
    }
    const hh_mm_ss clock(instant - day_start);
    std::string text =
        fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", int(date.year()), unsigned(date.month()),
                    unsigned(date.day()), clock.hours().count(), clock.minutes().count(),
                    clock.seconds().count());
    if (clock.subseconds().count() != 0) {
        text += fmt::format(".{:06}", clock.subseconds().count());
    }
    if (value.kind == TimeKind::utc) {
        text += 'Z';
    }
    return text;
}

Result<TimeValue> parse_time(std::string_view text) {
    const bool has_zone = text.ends_with('Z');
    if (has_zone) {
        text.remove_suffix(1);
    }
    if (text.size() != 19 || text[4] != '-' || text[7] != '-' || text[10] != 'T' ||
        text[13] != ':' || text[16] != ':') {
        return fail(Errc::malformed, "not YYYY-MM-DDThh:mm:ss");
    }
    const auto micros = micros_of({.year = number_of(text.substr(0, 4)),
                                   .month = number_of(text.substr(5, 2)),
                                   .day = number_of(text.substr(8, 2)),
                                   .hour = number_of(text.substr(11, 2)),
                                   .minute = number_of(text.substr(14, 2)),
                                   .second = number_of(text.substr(17, 2))});
    if (!micros) {
        return fail(micros.error());
    }
    return TimeValue{has_zone ? TimeKind::utc : TimeKind::local_unknown, *micros};
}

} // namespace rempart
