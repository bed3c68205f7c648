// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Walks a JSON document of any size piece by piece, so that only one piece is parsed at a time.
///
/// It finds where a value ends and no more: whoever takes a piece must have it parsed. What lies
/// between the pieces (brackets, commas, colons, keys) is checked here.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "recognise/list_reader/list_text.hpp"
#include "rempart/core/result.hpp"

namespace rempart::recognise {

/// The text must outlive the cursor. What it gives is good until its next call. Where the text
/// cannot be read any more, it seems to end; `failure` says whether that was why.
class JsonCursor {
  public:
    JsonCursor(ListText& text, std::size_t max_piece_bytes)
        : text_(text), max_piece_bytes_(max_piece_bytes) {}

    /// Takes `c` and the space before it, if it is what follows.
    [[nodiscard]] bool take(char c);
    /// Whether nothing but space follows.
    [[nodiscard]] bool at_end();

    /// The next member of an object that `take('{')` has opened: its key as it is written, without
    /// quotes, with the colon taken; or an empty view with no error at the closing bracket, which
    /// is taken. `first` is whether none has been taken yet, and is cleared.
    /// \return `malformed`
    [[nodiscard]] Result<std::string_view> next_key(bool& first);
    /// Whether an element follows in an array that `take('[')` has opened; otherwise its closing
    /// bracket is taken. `first` as above.
    [[nodiscard]] Result<bool> next_element(bool& first);

    /// The text of the next value, whatever it is, with its brackets balanced. Something must
    /// follow a number or a word: this is for the values inside a document.
    /// \return `malformed` if it does not end, `limit_exceeded` if it is too long.
    [[nodiscard]] Result<std::string_view> take_value();

    /// Bytes from the start of the text.
    [[nodiscard]] std::uint64_t offset() const { return text_.offset() + taken_; }
    [[nodiscard]] const std::optional<Error>& failure() const { return failure_; }

  private:
    [[nodiscard]] std::string_view peek(std::size_t wanted);
    void skip_space();

    ListText& text_;
    std::size_t max_piece_bytes_;
    std::optional<Error> failure_;
    std::string key_;
    std::size_t taken_ = 0; ///< Of the text, by the value given last.
};

} // namespace rempart::recognise
