// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The sections of the page, each a function of the facts, and the few shapes that they share.

#include <initializer_list>
#include <string>
#include <string_view>

#include "act/facts.hpp"
#include "act/html.hpp"
#include "act/words.hpp"

namespace rempart::act {

struct Page {
    Html html;
    Words words;
};

/// No class of the style sheet.
inline constexpr std::string_view kPlain;

/// One cell of a table: a text from anywhere, and how it is set.
struct Cell {
    std::string text;
    std::string_view css = kPlain; ///< A class of the style sheet: "number", "path", "code".
};

/// The heading of section `number`, with the mark that says what kind of statement it holds
/// ("fact", "inference", "mixed"; "" for none).
void open_section(Page& page, int number, std::string_view title_key, std::string_view statement);
void paragraph(Page& page, std::string_view text);
/// A table whose column heads are phrases ("#size" heads a column of numbers); `caption` may be
/// empty. Rows follow, then close_table.
void open_table(Page& page, std::string_view caption, std::string_view css,
                std::initializer_list<std::string_view> head_keys);
void close_table(Page& page);
void row(Page& page, std::initializer_list<Cell> cells);
/// "100 of 2,000 rows are shown" where something is left out.
void say_what_is_left_out(Page& page, std::size_t shown, std::uint64_t total);
/// A short word in a coloured frame that also reads without colour.
void badge(Page& page, std::string_view text, std::string_view css);

void write_exhibits(Page& page, const Facts& facts);
void write_known(Page& page, const Facts& facts);
void write_new(Page& page, const Facts& facts, Thumbnails thumbnails);
void write_talk(Page& page, const Facts& facts);
void write_unread(Page& page, const Facts& facts);
void write_runs(Page& page, const Facts& facts);
void write_methods(Page& page);

} // namespace rempart::act
