// SPDX-License-Identifier: Apache-2.0
#include "recognise/lists/list_lines.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace rempart::recognise {

Result<std::string_view> LineWalker::next() {
    auto line = next_or_last();
    if (line && !has_end_) {
        return fail(no_end());
    }
    return line;
}

Result<std::string_view> LineWalker::next_or_last() {
    ++number_;
    const std::size_t end = rest_.find('\n');
    has_end_ = end != std::string_view::npos;
    if (rest_.empty()) {
        return fail(no_end());
    }
    std::string_view line = rest_.substr(0, end);
    rest_.remove_prefix(has_end_ ? end + 1 : rest_.size());
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
