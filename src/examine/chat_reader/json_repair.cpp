// SPDX-License-Identifier: Apache-2.0
#include "examine/chat_reader/json_repair.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>

#include <fmt/format.h>

#include "examine/chat_reader/json_scan.hpp"
#include "examine/chat_reader/number_text.hpp"
#include "rempart/core/text.hpp"

namespace rempart::examine::chat_reader {
namespace {

constexpr std::string_view kReplacement = "\\ufffd";

// 0 to 15, or -1.
int hex_digit(char c) {
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    const char lower = static_cast<char>(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// The value of the first `digits` characters, all of which must be hexadecimal digits; -1
// otherwise.
int hex_value(std::string_view text, std::size_t digits) {
    if (text.size() < digits) {
        return -1;
    }
    int value = 0;
    for (const char c : text.substr(0, digits)) {
        const int digit = hex_digit(c);
        if (digit < 0) {
            return -1;
        }
        value = value * 16 + digit;
    }
    return value;
}

bool is_number_char(char c) {
    return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E';
}

bool fits_a_number(std::string_view token) {
    if (number_of<std::int64_t>(token)) {
        return true;
    }
    const auto real = token.find_first_of(".eE") == std::string_view::npos
                          ? std::nullopt
                          : number_of<double>(token);
    return real && std::isfinite(*real);
}

class Mender {
  public:
    explicit Mender(std::string_view source) : rest_(source) {
        out_.text.reserve(source.size() + 64);
    }

    Repaired run() {
        while (!rest_.empty()) {
            const char c = rest_.front();
            if (c == '"') {
                string();
            } else if (is_number_char(c) && !in_word_) {
                number();
            } else {
                in_word_ = !is_json_space(c) && c != ',' && c != ':' && c != '[' && c != '{';
                copy(1);
            }
        }
        return std::move(out_);
    }

  private:
    void copy(std::size_t size) {
        out_.text += rest_.substr(0, size);
        rest_.remove_prefix(std::min(size, rest_.size()));
    }
    void replace(std::size_t size, std::string_view with) {
        out_.text += with;
        ++out_.repairs;
        rest_.remove_prefix(std::min(size, rest_.size()));
    }

    void string() {
        const std::string_view from_quote = rest_;
        copy(1);
        while (!rest_.empty() && rest_.front() != '"') {
            const char c = rest_.front();
            if (c == '\\') {
                escape();
            } else if (static_cast<unsigned char>(c) < 0x20) {
                replace(1, fmt::format("\\u{:04x}", static_cast<unsigned char>(c)));
            } else {
                plain();
            }
        }
        copy(1);
        in_word_ = false;
        constexpr std::string_view kBareKey = "\"document_id\"";
        if (from_quote.starts_with(kBareKey) &&
            from_quote.size() - rest_.size() == kBareKey.size()) {
            document_id();
        }
    }

    // A run of characters that need no escape.
    void plain() {
        std::size_t ascii = 0;
        while (ascii < rest_.size() && static_cast<unsigned char>(rest_[ascii]) >= 0x20 &&
               static_cast<unsigned char>(rest_[ascii]) < 0x80 && rest_[ascii] != '"' &&
               rest_[ascii] != '\\') {
            ++ascii;
        }
        if (ascii > 0) {
            copy(ascii);
            return;
        }
        for (std::size_t size = 2; size <= 4; ++size) {
            if (is_utf8(rest_.substr(0, size))) {
                copy(size);
                return;
            }
        }
        replace(1, fmt::format("\\\\x{:02x}", static_cast<unsigned char>(rest_.front())));
    }

    void escape() {
        if (rest_.size() < 2) {
            copy(1);
            return;
        }
        switch (rest_[1]) {
        case 'u': unicode(); return;
        case 'x':
            if (const int value = hex_value(rest_.substr(2), 2); value >= 0) {
                replace(4, fmt::format("\\u{:04x}", value));
                return;
            }
            break;
        case '"':
        case '\\':
        case '/':
        case 'b':
        case 'f':
        case 'n':
        case 'r':
        case 't': copy(2); return;
        default: break;
        }
        replace(1, "\\\\");
    }

    void unicode() {
        constexpr std::size_t kEscape = 6;
        const int unit = hex_value(rest_.substr(2), 4);
        if (unit < 0) {
            replace(1, "\\\\");
        } else if (unit < 0xD800 || unit > 0xDFFF) {
            copy(kEscape);
        } else if (unit <= 0xDBFF && rest_.substr(kEscape).starts_with("\\u") &&
                   is_low_surrogate()) {
            copy(2 * kEscape);
        } else {
            replace(kEscape, kReplacement);
        }
    }

    [[nodiscard]] bool is_low_surrogate() const {
        const int unit = hex_value(rest_.substr(8), 4);
        return unit >= 0xDC00 && unit <= 0xDFFF;
    }

    void number() {
        const auto* const end = std::ranges::find_if_not(rest_, is_number_char);
        const auto size = static_cast<std::size_t>(end - rest_.begin());
        constexpr std::size_t kAlwaysFits = 18; // digits of an int64
        const std::string_view token = rest_.substr(0, size);
        const bool short_integer =
            size <= kAlwaysFits && token.find_first_of("eE") == std::string_view::npos;
        const bool has_digit = token.find_first_of("0123456789") != std::string_view::npos;
        if (short_integer || !has_digit || fits_a_number(token)) {
            copy(size);
        } else {
            replace(size, fmt::format("\"{}\"", token));
        }
    }

    // What follows the key "document_id".
    void document_id() {
        space();
        if (!rest_.starts_with(':')) {
            return;
        }
        copy(1);
        space();
        if (rest_.starts_with('"')) {
            return;
        }
        std::string_view value = rest_.substr(0, rest_.find('\n'));
        while (!value.empty() && (is_json_space(value.back()) || value.back() == ',')) {
            value.remove_suffix(1);
        }
        const bool is_json = value == "null" || std::ranges::all_of(value, is_number_char) ||
                             value.find_first_of("\"{}[]\\") != std::string_view::npos;
        if (!is_json) {
            replace(value.size(), fmt::format("\"{}\"", value));
        }
    }

    void space() {
        const auto* const end = std::ranges::find_if_not(rest_, is_json_space);
        copy(static_cast<std::size_t>(end - rest_.begin()));
    }

    std::string_view rest_;
    bool in_word_ = false; ///< Inside a bare word, where digits are no number.
    Repaired out_;
};

} // namespace

Repaired repair_json(std::string_view object) {
    return Mender(object).run();
}

} // namespace rempart::examine::chat_reader
