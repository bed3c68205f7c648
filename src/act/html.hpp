// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Writes HTML in which no text can become markup: everything that is not a tag goes through one
/// escaper, so that a hostile file name is a strange line and nothing more.

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "rempart/core/bytes.hpp"

namespace rempart::act {

/// How much of one text is printed; what is longer is cut and says so. Our choice: three lines of a
/// printed page; names can be megabytes long.
inline constexpr std::size_t kMaxTextBytes = 400;

/// `text` for the body of an element or a quoted attribute: control, bidi and invisible characters
/// become visible (to_terminal), the five characters of HTML become references, and what is longer
/// than `max_bytes` ends in "…". \pre `text` is valid UTF-8; other bytes become "\xHH".
[[nodiscard]] std::string escape_html(std::string_view text, std::size_t max_bytes = kMaxTextBytes);

/// RFC 4648, section 4.
[[nodiscard]] std::string encode_base64(ByteView bytes);

struct Attribute {
    std::string_view name;  ///< Ours, never from evidence.
    std::string_view value; ///< Escaped.
};
using Attributes = std::initializer_list<Attribute>;

/// A growing page. Elements are closed in the order in which they were opened: close() knows which.
class Html {
  public:
    Html& open(std::string_view tag, Attributes attributes = {});
    /// \pre an element is open
    Html& close();
    /// An element without an end tag: meta, img.
    Html& single(std::string_view tag, Attributes attributes = {});
    Html& text(std::string_view text, std::size_t max_bytes = kMaxTextBytes);
    /// Our own words, which may be longer than any name.
    Html& prose(std::string_view text);
    /// open, text, close.
    Html& element(std::string_view tag, std::string_view text, Attributes attributes = {});
    /// The contents of <style>: ours alone, not escaped.
    Html& style(std::string_view css);
    Html& line();

    /// \pre everything is closed
    [[nodiscard]] std::string finish() &&;

  private:
    void start(std::string_view tag, Attributes attributes);
    std::string out_;
    std::vector<std::string> open_;
};

} // namespace rempart::act
