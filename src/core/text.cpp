// SPDX-License-Identifier: Apache-2.0
#include "rempart/core/text.hpp"

#include <cstdint>

#include <fmt/format.h>

namespace rempart {
namespace {

struct Decoded {
    char32_t code_point = 0;
    std::size_t size = 0; ///< 0: no valid sequence starts here.
};

bool is_continuation(char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

// RFC 3629, section 4: the shortest form of a scalar value, nothing else.
Decoded decode_one(std::string_view text) {
    const auto lead = static_cast<unsigned char>(text[0]);
    if (lead < 0x80) {
        return {lead, 1};
    }
    const std::size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC2 || lead > 0xF4 || text.size() < size) {
        return {};
    }
    char32_t value = lead & (0xFFU >> (size + 1));
    for (std::size_t i = 1; i < size; ++i) {
        if (!is_continuation(text[i])) {
            return {};
        }
        value = value << 6 | (static_cast<unsigned char>(text[i]) & 0x3FU);
    }
    const bool overlong = (size == 3 && value < 0x800) || (size == 4 && value < 0x10000);
    const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
    if (overlong || surrogate || value > 0x10FFFF) {
        return {};
    }
    return {value, size};
}

bool hides_or_reorders(char32_t c) {
    return c < 0x20 || (c >= 0x7F && c <= 0x9F) || c == 0x061C || (c >= 0x200B && c <= 0x200F) ||
           (c >= 0x2028 && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF;
}

} // namespace

bool is_utf8(std::string_view text) noexcept {
    while (!text.empty()) {
        const std::size_t size = decode_one(text).size;
        if (size == 0) {
            return false;
        }
        text.remove_prefix(size);
    }
    return true;
}

std::string to_utf8(std::string_view bytes) {
    if (is_utf8(bytes) && bytes.find('\0') == std::string_view::npos) {
        return std::string(bytes);
    }
    std::string text;
    while (!bytes.empty()) {
        const std::size_t size = decode_one(bytes).size;
        if (size == 0 || bytes[0] == '\0' || bytes[0] == '\\') {
            text += fmt::format("\\x{:02x}", static_cast<unsigned char>(bytes[0]));
            bytes.remove_prefix(1);
            continue;
        }
        text += bytes.substr(0, size);
        bytes.remove_prefix(size);
    }
    return text;
}

std::string to_terminal(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const Decoded c = decode_one(text);
        if (c.size == 0) {
            out += fmt::format("\\x{:02x}", static_cast<unsigned char>(text[0]));
            text.remove_prefix(1);
            continue;
        }
        if (hides_or_reorders(c.code_point)) {
            out += fmt::format("\\u{{{:x}}}", static_cast<std::uint32_t>(c.code_point));
        } else {
            out += text.substr(0, c.size);
        }
        text.remove_prefix(c.size);
    }
    return out;
}

std::string_view cut_utf8(std::string_view text, std::size_t max_bytes) noexcept {
    if (text.size() <= max_bytes) {
        return text;
    }
    while (max_bytes > 0 && is_continuation(text[max_bytes])) {
        --max_bytes;
    }
    return text.substr(0, max_bytes);
}

} // namespace rempart
