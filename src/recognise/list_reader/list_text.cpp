// SPDX-License-Identifier: Apache-2.0
#include "recognise/list_reader/list_text.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace rempart::recognise {
namespace {

void append_utf8(std::string& text, char32_t c) {
    const auto put = [&](char32_t byte) { text += static_cast<char>(byte); };
    if (c < 0x80) {
        put(c);
    } else if (c < 0x800) {
        put(0xC0 | c >> 6);
        put(0x80 | (c & 0x3F));
    } else if (c < 0x10000) {
        put(0xE0 | c >> 12);
        put(0x80 | (c >> 6 & 0x3F));
        put(0x80 | (c & 0x3F));
    } else {
        put(0xF0 | c >> 18);
        put(0x80 | (c >> 12 & 0x3F));
        put(0x80 | (c >> 6 & 0x3F));
        put(0x80 | (c & 0x3F));
    }
}

constexpr bool is_high(char32_t unit) {
    return unit >= 0xD800 && unit < 0xDC00;
}
constexpr bool is_low(char32_t unit) {
    return unit >= 0xDC00 && unit < 0xE000;
}

} // namespace

bool ListText::at_end_of_input() const {
    return input_ == nullptr || input_offset_ >= input_->size_bytes();
}

// What the byte order mark says.
Result<void> ListText::start() {
    started_ = true;
    std::array<std::byte, 3> mark{};
    const auto read = input_->read_at(0, mark);
    if (!read) {
        return fail(read.error());
    }
    const std::string_view start = chars_of(std::span(mark).first(*read));
    if (start == "\xef\xbb\xbf") {
        input_offset_ = 3;
    } else if (start.starts_with("\xff\xfe") || start.starts_with("\xfe\xff")) {
        encoding_ = start[0] == '\xff' ? Encoding::utf16_little : Encoding::utf16_big;
        input_offset_ = 2;
    }
    return {};
}

Result<void> ListText::append_utf16(std::string_view raw) {
    const std::size_t high_byte = encoding_ == Encoding::utf16_little ? 1 : 0;
    for (std::size_t i = 0; i + 1 < raw.size(); i += 2) {
        const auto high = static_cast<unsigned char>(raw[i + high_byte]);
        const auto low = static_cast<unsigned char>(raw[i + 1 - high_byte]);
        const char32_t unit = static_cast<char32_t>(high) << 8 | low;
        if (first_half_.has_value() != is_low(unit)) {
            return fail(Errc::malformed, fmt::format("byte {}: not UTF-16, half a character",
                                                     input_offset_ - raw.size() + i));
        }
        if (first_half_) {
            append_utf8(buffer_, 0x10000 + ((*first_half_ - 0xD800) << 10) + (unit - 0xDC00));
            first_half_.reset();
        } else if (is_high(unit)) {
            first_half_ = unit;
        } else {
            append_utf8(buffer_, unit);
        }
    }
    const bool is_cut = raw.size() % 2 != 0 || (at_end_of_input() && first_half_);
    return is_cut ? fail(Errc::malformed, "UTF-16 text that ends inside a character")
                  : Result<void>{};
}

// Reads the next window behind what is at hand.
Result<void> ListText::fill() {
    const std::size_t gone = buffer_.size() - rest_.size();
    buffer_.erase(0, gone);
    const bool is_wide = encoding_ != Encoding::bytes;
    std::string& target = is_wide ? raw_ : buffer_;
    const std::size_t start = is_wide ? 0 : buffer_.size();
    const std::size_t size = std::max<std::size_t>(2, window_bytes_ / 2 * 2);
    target.resize(start + size);
    const auto read =
        input_->read_at(input_offset_, std::as_writable_bytes(std::span(target)).subspan(start));
    if (!read) {
        return fail(read.error());
    }
    target.resize(start + *read);
    input_offset_ += *read;
    if (*read < size && !at_end_of_input()) {
        return fail(Errc::io, "the list has become shorter while it was read");
    }
    if (is_wide) {
        if (auto done = append_utf16(raw_); !done) {
            return done;
        }
    }
    rest_ = buffer_;
    return {};
}

Result<std::string_view> ListText::peek(std::size_t wanted) {
    if (!started_) {
        if (auto done = start(); !done) {
            return fail(done.error());
        }
    }
    while (rest_.size() < wanted && !at_end_of_input()) {
        if (auto done = fill(); !done) {
            rest_ = {}; // it was a view of what has been moved
            buffer_.clear();
            return fail(done.error());
        }
    }
    return rest_;
}

void ListText::advance(std::size_t size) {
    rest_.remove_prefix(size);
    offset_ += size;
}

} // namespace rempart::recognise
