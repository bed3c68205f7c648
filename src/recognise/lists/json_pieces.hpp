// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Walks a JSON document of any size piece by piece, so that only one piece is parsed at a time.
///
/// It finds where a value ends and no more: whoever takes a piece must have it parsed. What lies
/// between the pieces (brackets, commas, colons, keys) is checked here.

#include <cstddef>
#include <string_view>

#include "rempart/core/result.hpp"

namespace rempart::recognise {

/// Holds a view: the text must outlive the cursor.
class JsonCursor {
  public:
    JsonCursor(std::string_view text, std::size_t max_piece_bytes)
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
    [[nodiscard]] std::size_t offset() const { return offset_; }

  private:
    void skip_space();

    std::string_view text_;
    std::size_t max_piece_bytes_;
    std::size_t offset_ = 0;
};

} // namespace rempart::recognise
