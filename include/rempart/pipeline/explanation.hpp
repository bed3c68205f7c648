// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Why a content is a hit, from the codes that the case holds: computed again, never repeated from
/// the row of the hit. A row that its codes do not bear out is an error.

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "rempart/casefile/case.hpp"
#include "rempart/casefile/hit_codes.hpp"
#include "rempart/casefile/list_entries.hpp"
#include "rempart/core/bytes.hpp"
#include "rempart/core/result.hpp"
#include "rempart/recognise/hash_sets.hpp"

namespace rempart::pipeline {

struct Explanation {
    casefile::HitCodes row; ///< row.entry.value is the listed code.
    /// Of the content, to compare with the listed one: its digest, or its fingerprint of the hit's
    /// variant, turned as the hit says.
    Bytes code;
    Bytes difference;      ///< Of a near hit: one code XOR the other.
    std::vector<int> bits; ///< Those that differ, as PdqHash::bit numbers them, rising.
    int quality = 0;       ///< Of the content's fingerprint, 0..100; a near hit's.
    /// Of a video: when the frame is seen whose code that is, in milliseconds.
    std::optional<std::pair<std::int64_t, std::int64_t>> frame_ms;
    casefile::FeedbackCounts feedback;                   ///< On the entry, in all contents.
    std::vector<casefile::FeedbackRecord> feedback_here; ///< On this content.
};

struct ContentExplained {
    std::string sha256; ///< Hex.
    recognise::Standing standing{};
    std::vector<Explanation> hits; ///< As casefile::ContentCodes has them.
};

/// \return `not_found` if there is no such content; `integrity` if a hit's row is not what its
///         codes give: another digest, another distance, beyond the list's radius, or no
///         fingerprint of that variant.
[[nodiscard]] Result<ContentExplained> explain(casefile::Case& file, casefile::RowId content);

} // namespace rempart::pipeline
