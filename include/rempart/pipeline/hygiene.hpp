// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// What follows from the lists of a case beyond single hits: what a content is known to be, and
/// which entries match too much.

#include <cstdint>
#include <vector>

#include "rempart/casefile/case.hpp"
#include "rempart/casefile/evidence.hpp"
#include "rempart/casefile/list_entries.hpp"
#include "rempart/core/result.hpp"
#include "rempart/recognise/hash_sets.hpp"

namespace rempart::pipeline {

/// By recognise::standing_of, of all hits that count.
[[nodiscard]] recognise::Standing standing_of(const casefile::KnownBy& known);

/// Our choices: an entry whose near hits are more contents than either is put in quarantine. A
/// known picture has some dozen copies and edits in a case, seldom a hundred; a blank page or a
/// common frame is near thousands. The share lets a large case hold a large series.
inline constexpr std::uint64_t kLeastFlood = 100;
inline constexpr std::uint64_t kFloodOfPictures = 100; ///< One in so many pictures and videos.

/// Puts entries in quarantine that are near too much of the case. Quarantine makes contents
/// unknown again, and never hides any: they come back into the queue, for people.
/// \return those that were put there now.
[[nodiscard]] Result<std::vector<casefile::EntryOff>> quarantine_floods(casefile::Case& file);

/// As casefile::switch_entries, and renews the queue.
/// \param threads 0 for one a core.
[[nodiscard]] Result<void> switch_entries(casefile::Case& file, const casefile::EntryChange& change,
                                          unsigned threads);

} // namespace rempart::pipeline
