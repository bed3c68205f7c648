// SPDX-License-Identifier: Apache-2.0
#include "recognise/list_reader/lists/json_pieces.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace rempart::recognise {
namespace {

// How long the string is that starts `text`, with its quotes; 0 if it does not end in it.
std::size_t string_size(std::string_view text) {
    for (std::size_t i = 1; i < text.size(); ++i) {
        if (text[i] == '"') {
            return i + 1;
        }
        if (text[i] == '\\') {
            ++i;
        }
    }
    return 0;
}

// The same for an object or an array.
std::size_t nested_size(std::string_view text) {
    std::size_t depth = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '"') {
            const std::size_t size = string_size(text.substr(i));
            i = size == 0 ? text.size() : i + size - 1; // one that does not end leaves nothing
        } else if (c == '{' || c == '[') {
            ++depth;
        } else if ((c == '}' || c == ']') && --depth == 0) {
            return i + 1;
        }
    }
    return 0;
}

// The same for any value. A number or a word ends where something else begins.
std::size_t value_size(std::string_view text) {
    if (text.starts_with('"')) {
        return string_size(text);
    }
    if (text.starts_with('{') || text.starts_with('[')) {
        return nested_size(text);
    }
    const std::size_t end = text.find_first_of(",:]}[{\" \t\r\n");
    return end == std::string_view::npos ? 0 : end;
}

} // namespace

std::string_view JsonCursor::peek(std::size_t wanted) {
    text_.advance(std::exchange(taken_, 0));
    auto rest = text_.peek(wanted);
    if (!rest) {
        failure_ = std::move(rest).error();
        return {};
    }
    return *rest;
}

void JsonCursor::skip_space() {
    for (;;) {
        const std::string_view rest = peek(1);
        const std::size_t space = std::min(rest.find_first_not_of(" \t\r\n"), rest.size());
        text_.advance(space);
        if (space < rest.size() || rest.empty()) {
            return;
        }
    }
}

bool JsonCursor::take(char c) {
    skip_space();
    const bool there = peek(1).starts_with(c);
    text_.advance(there ? 1 : 0);
    return there;
}

bool JsonCursor::at_end() {
    skip_space();
    return peek(1).empty() && !failure_;
}

Result<std::string_view> JsonCursor::next_key(bool& first) {
    if (take('}')) {
        return std::string_view{};
    }
    if (!first && !take(',')) {
        return fail(Errc::malformed, "a comma or the end of an object is missing");
    }
    first = false;
    skip_space();
    if (!peek(1).starts_with('"')) {
        return fail(Errc::malformed, "a key is missing");
    }
    auto key = take_value();
    if (!key) {
        return key;
    }
    if (key->size() == 2) {
        return fail(Errc::malformed, "an empty key");
    }
    key_ = key->substr(1, key->size() - 2);
    if (!take(':')) {
        return fail(Errc::malformed, "a colon is missing behind a key");
    }
    return std::string_view(key_);
}

Result<bool> JsonCursor::next_element(bool& first) {
    if (take(']')) {
        return false;
    }
    if (!first && !take(',')) {
        return fail(Errc::malformed, "a comma or the end of an array is missing");
    }
    first = false;
    return true;
}

Result<std::string_view> JsonCursor::take_value() {
    skip_space();
    constexpr std::size_t kFirstLook = 4096; // our choice: most values end in it
    for (std::size_t wanted = std::min(kFirstLook, max_piece_bytes_);;
         wanted = std::min(2 * wanted, max_piece_bytes_)) {
        const std::string_view rest = peek(wanted + 1);
        const std::size_t size = value_size(rest.substr(0, wanted));
        if (size > 0) {
            taken_ = size;
            return rest.substr(0, size);
        }
        if (failure_) {
            return fail(*failure_);
        }
        if (rest.size() <= wanted) {
            return fail(Errc::malformed, "a value is missing or does not end");
        }
        if (wanted == max_piece_bytes_) {
            return fail(Errc::limit_exceeded,
                        fmt::format("longer than {} bytes", max_piece_bytes_));
        }
    }
}

} // namespace rempart::recognise
