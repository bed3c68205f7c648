// SPDX-License-Identifier: Apache-2.0
#include "recognise/list_reader/lists/list_lines.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace rempart::recognise {

Result<std::string_view> LineWalker::next() {
    auto line = next_or_last();
    if (line && !has_end_) {
        return fail(no_end());
    }
    return line;
}

bool LineWalker::done() {
    text_.advance(std::exchange(taken_, 0));
    const auto rest = text_.peek(1);
    return rest && rest->empty();
}

// Where the line ends, as far as it has to be looked for; `has_end_` says whether it does there.
Result<std::string_view> LineWalker::find_end() {
    constexpr std::size_t kEndBytes = 2; // CR LF
    std::size_t seen = 0;
    for (;;) {
        const auto rest = text_.peek(seen + 1);
        if (!rest) {
            return fail(error_here(rest.error()));
        }
        const std::size_t end = rest->find('\n', seen);
        has_end_ = end != std::string_view::npos;
        if (has_end_ || rest->size() <= seen || rest->size() > max_line_bytes_ + kEndBytes) {
            return rest->substr(0, has_end_ ? end : rest->size());
        }
        seen = rest->size();
    }
}

Result<std::string_view> LineWalker::next_or_last() {
    ++number_;
    text_.advance(std::exchange(taken_, 0));
    auto found = find_end();
    if (!found) {
        return found;
    }
    std::string_view line = *found;
    if (line.empty() && !has_end_) {
        return fail(no_end());
    }
    taken_ = line.size() + (has_end_ ? 1 : 0);
    if (line.ends_with('\r')) {
        line.remove_suffix(1);
    }
    if (line.size() > max_line_bytes_) {
        return fail(error_here(
            {Errc::limit_exceeded, fmt::format("longer than {} bytes", max_line_bytes_)}));
    }
    return line;
}

Error LineWalker::no_end() const {
    return error_here({Errc::malformed, "no end of line, the list may have been cut"});
}

Error LineWalker::error_here(const Error& error) const {
    return {error.code, fmt::format("line {}: {}", number_, error.message)};
}

std::string_view first_line(std::string_view head) {
    const std::size_t end = head.find('\n');
    std::string_view line = head.substr(0, end == std::string_view::npos ? 0 : end);
    if (line.ends_with('\r')) {
        line.remove_suffix(1);
    }
    return line;
}

std::optional<std::string> first_content_line(std::string_view head,
                                              bool (*is_content)(std::string_view)) {
    constexpr std::size_t kMaxCommentBytes = 4096;
    ListText text(head.substr(0, kMaxCommentBytes));
    LineWalker lines(text, kMaxCommentBytes);
    while (!lines.done()) {
        const auto line = lines.next_or_last();
        if (!line) {
            return std::nullopt;
        }
        if (is_content(*line)) {
            return std::string(*line);
        }
    }
    return std::nullopt;
}

std::string_view take_until(std::string_view& rest, std::string_view separators) {
    const std::size_t size = std::min(rest.find_first_of(separators), rest.size());
    const std::string_view taken = rest.substr(0, size);
    rest.remove_prefix(std::min(size + 1, rest.size()));
    return taken;
}

std::string ascii_lower(std::string_view text) {
    std::string lower(text);
    for (char& c : lower) {
        if (c >= 'A' && c <= 'Z') {
            c = static_cast<char>(c - 'A' + 'a');
        }
    }
    return lower;
}

} // namespace rempart::recognise
