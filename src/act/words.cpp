// SPDX-License-Identifier: Apache-2.0
#include "act/words.hpp"

#include <algorithm>
#include <array>
#include <cassert>

#include <fmt/format.h>

namespace rempart::act {
namespace {

const Phrase* found(std::span<const Phrase> table, std::string_view key) {
    const auto it = std::ranges::find(table, key, &Phrase::key);
    return it == table.end() ? nullptr : &*it;
}

std::string grouped(std::uint64_t value, std::string_view separator) {
    const std::string digits = fmt::format("{}", value);
    std::string out;
    for (std::size_t i = 0; i < digits.size(); ++i) {
        if (i > 0 && (digits.size() - i) % 3 == 0) {
            out += separator;
        }
        out += digits[i];
    }
    return out;
}

} // namespace

std::string_view Words::operator()(std::string_view key) const {
    const Phrase* phrase = found(phrases(), key);
    assert(phrase != nullptr);
    return phrase == nullptr ? key : pick(*phrase);
}

std::string Words::fill(std::string_view key,
                        std::initializer_list<std::string_view> values) const {
    std::string out;
    const std::string_view text = (*this)(key);
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool place = i + 2 < text.size() && text[i] == '{' && text[i + 2] == '}';
        const auto index = place ? static_cast<std::size_t>(text[i + 1] - '0') : values.size();
        if (index < values.size()) {
            out += values.begin()[index];
            i += 2;
        } else {
            out += text[i];
        }
    }
    return out;
}

std::string_view Words::of_row(std::string_view name) const {
    const Phrase* phrase = found(row_names(), name);
    return phrase == nullptr ? name : pick(*phrase);
}

std::string Words::source(std::string_view text) const {
    const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
    if (digits == 0 || digits + 1 >= text.size() || text[digits] != ' ') {
        return std::string(of_row(text));
    }
    return fmt::format("{} {}", text.substr(0, digits), of_row(text.substr(digits + 1)));
}

std::string Words::number(std::uint64_t value) const {
    return grouped(value, language_ == Language::fr ? "\u202f" : ","); // narrow no-break space
}

std::string Words::signed_number(std::int64_t value) const {
    const auto magnitude =
        static_cast<std::uint64_t>(value < 0 ? -(value + 1) : value) + (value < 0 ? 1U : 0U);
    return (value < 0 ? "−" : "+") + number(magnitude);
}

std::string Words::size(std::uint64_t bytes) const {
    constexpr std::array<std::string_view, 6> kEnglish{"bytes", "KiB", "MiB", "GiB", "TiB", "PiB"};
    constexpr std::array<std::string_view, 6> kFrench{"octets", "Kio", "Mio", "Gio", "Tio", "Pio"};
    const bool french = language_ == Language::fr;
    std::size_t unit = 0;
    auto value = static_cast<double>(bytes);
    while (value >= 1023.95 && unit + 1 < kEnglish.size()) { // 1,023.95 would print as 1,024.0
        value /= 1024;
        ++unit;
    }
    const std::string_view name = french ? kFrench[unit] : kEnglish[unit];
    std::string text = unit == 0 ? number(bytes) : fmt::format("{:.1f}", value);
    if (text.ends_with(".0")) {
        text.resize(text.size() - 2);
    }
    if (french) {
        std::ranges::replace(text, '.', ',');
    }
    return fmt::format("{}\u00a0{}", text, name);
}

std::string Words::exact_size(std::uint64_t bytes) const {
    if (bytes < 1024) {
        return size(bytes);
    }
    return fill("exact size", {size(bytes), number(bytes)});
}

std::string Words::date(std::string_view iso) const {
    const bool shaped = iso.size() == 10 && iso[4] == '-' && iso[7] == '-';
    if (!shaped || language_ != Language::fr) {
        return std::string(iso);
    }
    return fmt::format("{}/{}/{}", iso.substr(8, 2), iso.substr(5, 2), iso.substr(0, 4));
}

std::string Words::time(TimeValue value) const {
    const std::string iso = format_time(value);
    if (iso.empty()) {
        return "–";
    }
    const std::string_view zone = value.kind == TimeKind::utc ? "UTC" : (*this)("zone unknown");
    return fmt::format("{} {} {}", date(std::string_view(iso).substr(0, 10)),
                       std::string_view(iso).substr(11, 5), zone);
}

} // namespace rempart::act
