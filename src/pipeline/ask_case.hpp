// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Asks a case about entries that came after what it holds.

#include <cstdint>

#include "rempart/casefile/case.hpp"
#include "rempart/core/result.hpp"
#include "rempart/pipeline/matching.hpp"

namespace rempart::pipeline {

struct Asked {
    std::uint64_t hits = 0;         ///< ListAdded::new_hits
    std::uint64_t without_ed2k = 0; ///< ListAdded::without_ed2k
};
/// Asks about every content of the case, and stores the hits. \param threads 0: one a core.
/// \return what Matcher::match and the database return
[[nodiscard]] Result<Asked> ask_case(casefile::Case& file, const Matcher& matcher,
                                     unsigned threads);

} // namespace rempart::pipeline
