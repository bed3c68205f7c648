// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The few words of a text that show why it was found. Made here and not by the databases, whose
/// own excerpts differ: both stores show the same.

#include <string>
#include <string_view>

namespace rempart::casefile {

inline constexpr std::size_t kMaxExcerptBytes = 400; ///< A "word" may be a megabyte.
/// Our choice: what a line of a terminal or a table shows.
inline constexpr std::size_t kExcerptWords = 24, kWordsBeforeMatch = 8;

/// At most kExcerptWords words and kMaxExcerptBytes bytes of `text` around the first word that a
/// term of `words` (a query as fts_query() has read it) begins with, else its beginning; "…" stands
/// where it was cut. Letters are compared without case and, of Latin script, without accents; of
/// other scripts a match that differs in more than Greek or Cyrillic capitals shows the beginning.
/// \pre `text` is valid UTF-8.
[[nodiscard]] std::string excerpt_of(std::string_view text, std::string_view words);

} // namespace rempart::casefile
