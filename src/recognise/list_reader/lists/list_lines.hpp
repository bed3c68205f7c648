// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The walk over the lines of a list, with their numbers.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "recognise/list_reader/list_text.hpp"
#include "rempart/core/result.hpp"

namespace rempart::recognise {

/// Walks the lines of an untrusted list. Each ends in LF or CR LF; a last line without an end may
/// have been cut.
///
/// The text must outlive the walker. A line is good until the next one is asked for.
class LineWalker {
  public:
    LineWalker(ListText& text, std::size_t max_line_bytes)
        : text_(text), max_line_bytes_(max_line_bytes) {}

    /// Whether nothing is left. False too where that cannot be told: `next` then says why.
    [[nodiscard]] bool done();

    /// The next line without its end.
    /// \return `malformed` if there is none or it has no end, `limit_exceeded` if it is too long;
    /// what
    ///         ListText::peek returns.
    [[nodiscard]] Result<std::string_view> next();
    /// As next, but gives a last line without an end too: then has_end() is false.
    /// \return also `malformed` if there is none.
    [[nodiscard]] Result<std::string_view> next_or_last();
    [[nodiscard]] bool has_end() const { return has_end_; }
    /// That the line has no end.
    [[nodiscard]] Error no_end() const;

    /// The number of the line that `next` looked at last, from 1.
    [[nodiscard]] std::uint64_t number() const { return number_; }

    /// `error` at that line: "line 3: ...".
    [[nodiscard]] Error error_here(const Error& error) const;

  private:
    [[nodiscard]] Result<std::string_view> find_end();

    ListText& text_;
    std::size_t max_line_bytes_;
    std::size_t taken_ = 0; ///< Of the text, by the line given last.
    std::uint64_t number_ = 0;
    bool has_end_ = true;
};

/// The first line of the beginning of a file, without its end; empty if it has none there.
[[nodiscard]] std::string_view first_line(std::string_view head);

/// The first line of the beginning of a file that `is_content` does not pass over, within the first
/// 4 KiB; our choice: a list that begins with more comment than that must be named by hand.
[[nodiscard]] std::optional<std::string> first_content_line(std::string_view head,
                                                            bool (*is_content)(std::string_view));

/// The text up to the first of `separators`, or all; takes it and the separator off `rest`.
[[nodiscard]] std::string_view take_until(std::string_view& rest, std::string_view separators);

/// ASCII letters in lower case, the rest as it is.
[[nodiscard]] std::string ascii_lower(std::string_view text);

} // namespace rempart::recognise
