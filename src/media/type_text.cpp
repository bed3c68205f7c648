// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "media/type_tests.hpp"
#include "rempart/core/text.hpp"

namespace rempart::media {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kUtf8Mark = "\xEF\xBB\xBF"sv;

bool is_text_control(std::uint32_t unit) {
    return unit == '\t' || unit == '\n' || unit == '\r' || unit == '\f';
}

// Whether `text` is UTF-8 but for a character that its end may cut.
bool is_cut_utf8(std::string_view text) {
    for (std::size_t cut = 0; cut < 4 && cut <= text.size(); ++cut) {
        if (is_utf8(text.substr(0, text.size() - cut))) {
            // What was cut off must be the start of one character: a lead byte and what follows it.
            return cut == 0 || (static_cast<unsigned char>(text[text.size() - cut]) >= 0xC2 &&
                                static_cast<unsigned char>(text[text.size() - cut]) <= 0xF4);
        }
    }
    return false;
}

enum class Utf16 : std::uint8_t { little_endian, big_endian };

bool is_utf16_text(std::string_view text, Utf16 order) {
    const std::size_t high = order == Utf16::big_endian ? 0 : 1;
    bool open_pair = false;
    for (std::size_t i = 2; i + 2 <= text.size(); i += 2) {
        const auto unit =
            static_cast<std::uint32_t>(static_cast<unsigned char>(text[i + high]) << 8 |
                                       static_cast<unsigned char>(text[i + 1 - high]));
        const bool leads = unit >= 0xD800 && unit < 0xDC00;
        const bool trails = unit >= 0xDC00 && unit < 0xE000;
        if (trails != open_pair || (unit < 0x20 && !is_text_control(unit)) || unit >= 0xFFFE) {
            return false;
        }
        open_pair = leads;
    }
    return text.size() >= 4;
}

// The text after a byte order mark and space, in lower case, at most 32 characters of it; empty if
// the head is no UTF-8 text.
std::string first_words(ByteView head) {
    if (!is_text(head)) {
        return {};
    }
    std::string_view text = chars_of(head);
    if (text.starts_with(kUtf8Mark)) {
        text.remove_prefix(kUtf8Mark.size());
    }
    text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"sv), text.size()));
    std::string words(text.substr(0, 32));
    std::ranges::transform(words, words.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return words;
}

bool starts_with_any(std::string_view text, std::initializer_list<std::string_view> starts) {
    return std::ranges::any_of(starts, [&](auto start) { return text.starts_with(start); });
}

// Whether `rest`, after a "[", goes on as an array does. Chat logs open lines with "[12/05/2024, ":
// so a number must be followed by a comma, and a word be one of JSON's three.
bool opens_array(std::string_view rest) {
    if (starts_with_any(rest, {"{", "[", "\"", "]", "true", "false", "null"})) {
        return true;
    }
    std::size_t digits = rest.starts_with('-') ? 1 : 0;
    const std::size_t from = digits;
    while (digits < rest.size() && rest[digits] >= '0' && rest[digits] <= '9') {
        ++digits;
    }
    if (digits > from && digits + 1 < rest.size() && rest[digits] == '.') {
        const std::size_t end = rest.find_first_not_of("0123456789", digits + 1);
        digits = std::min(end, rest.size());
    }
    const std::size_t next = rest.find_first_not_of(" \t\r\n"sv, digits);
    return digits > from && next != rest.npos && rest[next] == ',';
}

} // namespace

bool is_text(ByteView head) {
    const std::string_view text = chars_of(head);
    if (text.starts_with("\xFF\xFE"sv)) {
        return is_utf16_text(text, Utf16::little_endian);
    }
    if (text.starts_with("\xFE\xFF"sv)) {
        return is_utf16_text(text, Utf16::big_endian);
    }
    const auto is_control = [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return (byte < 0x20 && !is_text_control(byte)) || byte == 0x7F;
    };
    return !text.empty() && std::ranges::none_of(text, is_control) && is_cut_utf8(text);
}

bool is_json(ByteView head) {
    const std::string words = first_words(head);
    if (words.empty() || (words[0] != '{' && words[0] != '[')) {
        return false;
    }
    const std::size_t next = words.find_first_not_of(" \t\r\n"sv, 1);
    if (next == words.npos) {
        return false; // nothing that tells it from prose
    }
    const std::string_view rest = std::string_view(words).substr(next);
    return words[0] == '{' ? rest[0] == '"' || rest[0] == '}' : opens_array(rest);
}

bool is_html(ByteView head) {
    return starts_with_any(first_words(head), {"<!doctype html", "<html", "<head", "<body"});
}

bool is_xml(ByteView head) {
    return first_words(head).starts_with("<?xml");
}

} // namespace rempart::media
