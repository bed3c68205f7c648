// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// What the commands of `match` share: the lists that are asked, and a hit as text.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rempart/arguments.hpp"
#include "rempart/recognise/hash_list.hpp"
#include "rempart/rows_json.hpp"

namespace rempart::cli {

/// Every entry of the lists of a `match`.
struct MatchLists {
    struct Entry {
        std::size_t list = 0; ///< In `names`.
        std::uint64_t line = 0;
    };
    std::vector<std::string> names;
    std::vector<Entry> entries;
    std::vector<recognise::ListedHash> hashes; ///< Beside `entries`.
};

/// \param assumed what a list is taken for that does not say.
/// \return kOk, or the exit status after the error was said.
[[nodiscard]] int read_lists(const Match& args, std::optional<recognise::HashKind> assumed,
                             MatchLists& lists);

[[nodiscard]] std::string text_of(const MatchLine& line);

/// The two forms of `match`. \return the exit status.
[[nodiscard]] int match_codes(const Match& args);
[[nodiscard]] int match_files(const Match& args);

} // namespace rempart::cli
