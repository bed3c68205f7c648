// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Full text over messages, items and metadata: the one thing that each database does its own way.

#include <functional>
#include <string>

#include "rempart/casefile/chats.hpp"
#include "rempart/core/result.hpp"

namespace rempart::casefile {

using TakeFound = std::function<Result<void>(const FoundView&)>;

/// `words`: the query as fts_query() has read it. \return `invalid_argument` if it holds no word.
[[nodiscard]] Result<void> find_in_sqlite(Case& file, const std::string& words,
                                          const TakeFound& take);
[[nodiscard]] Result<void> find_in_postgres(Case& file, const std::string& words,
                                            const TakeFound& take);

[[nodiscard]] inline Error no_word_in_query() {
    return {Errc::invalid_argument, "the query holds no word: letters or digits"};
}

} // namespace rempart::casefile
