// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// What a user types into the search field, as a query that FTS5 takes only as words.

#include <string>
#include <string_view>
#include <vector>

#include "rempart/core/result.hpp"

namespace rempart::casefile {

inline constexpr std::size_t kMaxQueryBytes = 4096; ///< Our choice: longer is no search field.
inline constexpr std::size_t kMaxQueryTerms = 64;   ///< Our choice: FTS5 nests a level a term.

/// Words, "a phrase", prefix* (also of a phrase's last word), all of which must stand in a text.
/// Every term comes out quoted, so that AND, OR, NEAR, column names, ^ and + are words like any
/// other.
/// \return `invalid_argument`: no term at all, a quote that is not closed, a NUL, not UTF-8, or
///         beyond the limits above. Whether a term holds a letter or digit only FTS5 can tell.
[[nodiscard]] Result<std::string> fts_query(std::string_view query);

/// What fts_query() made, term by term.
struct QueryTerm {
    std::string text;
    bool is_prefix = false;
};
[[nodiscard]] std::vector<QueryTerm> terms_of(std::string_view words);

} // namespace rempart::casefile
