// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// One content with every hit of it and the codes on both sides, for explaining.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rempart/casefile/case.hpp"
#include "rempart/casefile/evidence.hpp"
#include "rempart/casefile/records.hpp"
#include "rempart/core/result.hpp"

namespace rempart::casefile {

/// A stored hit with what it was made from. Not the strongest of several: each row by itself.
struct HitCodes {
    HitRecord hit;
    ListRecord list;
    ListEntryRecord entry;   ///< The listed hash, with its frame's time if it has one.
    std::string entry_state; ///< "" if it counts, or as HitView::entry_state.
};

struct ContentCodes {
    ContentKeys keys;
    KnownBy known_by;
    std::vector<HitCodes> hits; ///< By list, match, distance, entry; those that do not count too.
};

/// \return `not_found` if the case has no such content; `integrity`, `io`.
[[nodiscard]] Result<ContentCodes> content_codes(Case& file, RowId content);

/// \return the content of that digest, if the case has it.
[[nodiscard]] Result<std::optional<RowId>> content_of(Case& file,
                                                      std::span<const std::byte, 32> sha256);
/// The contents of all items of that path, in whatever exhibit, each once; reads all items.
[[nodiscard]] Result<std::vector<RowId>> contents_at(Case& file, std::string_view path);

/// How many contents are equal to an entry of an alert list and to one of an allow list, by hits
/// that count. Costs as much as the alert lists have exact hits.
[[nodiscard]] Result<std::uint64_t> disputed_contents(Case& file);

} // namespace rempart::casefile
