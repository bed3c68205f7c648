// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Times as evidence gives them: never a bare number. FAT and chat exports write local time without
/// a zone, NTFS and ext write UTC instants, and some fields hold nothing: the three must not mix.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "rempart/core/result.hpp"

namespace rempart {

enum class TimeKind : std::uint8_t {
    none,          ///< The source holds no time.
    utc,           ///< An instant: microseconds since 1970-01-01T00:00:00Z.
    local_unknown, ///< Wall-clock time of an unknown zone: the same count, read as if it were UTC.
    ambiguous,     ///< More than one reading is possible (day and month order); see `raw`.
};

/// The stable, lower-case name of `kind` ("local_unknown").
[[nodiscard]] std::string_view name(TimeKind kind) noexcept;
[[nodiscard]] std::optional<TimeKind> time_kind_named(std::string_view name) noexcept;

/// A time with its kind. `micros` has a meaning only if kind is not `none`.
struct TimeValue {
    TimeKind kind = TimeKind::none;
    std::int64_t micros = 0; ///< Microseconds; years 1 to 9999, see format_time.

    [[nodiscard]] static TimeValue utc(std::int64_t seconds, std::int64_t micros_part = 0) {
        return {TimeKind::utc, seconds * 1'000'000 + micros_part};
    }
    friend bool operator==(const TimeValue&, const TimeValue&) = default;
};

/// "2024-05-01T09:30:00Z" for utc, the same without Z for the others, "" for none; a fraction
/// (".250000") only where it is not zero. A count outside the years 1 to 9999 gives "".
[[nodiscard]] std::string format_time(TimeValue value);

/// Reads "YYYY-MM-DDThh:mm:ss" (local_unknown) and the same with "Z" (utc). Strict: digits in each
/// place, a day that exists, no leap second. \return `malformed`.
[[nodiscard]] Result<TimeValue> parse_time(std::string_view text);

/// A reading of a wall clock and a calendar, in the proleptic Gregorian calendar.
struct CivilTime {
    int year = 1970; ///< 1..9999
    int month = 1;   ///< 1..12
    int day = 1;     ///< 1..31
    int hour = 0;
    int minute = 0;
    int second = 0;
};

/// Microseconds since 1970-01-01T00:00:00 on the same clock; `malformed` for a reading that does
/// not exist (month 13, 30 February, second 60) or whose year is not 1 to 9999.
[[nodiscard]] Result<std::int64_t> micros_of(const CivilTime& reading);

} // namespace rempart
