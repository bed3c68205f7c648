// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Asks a case about entries that came after what it holds.

#include <cstdint>
#include <optional>

#include "rempart/casefile/case.hpp"
#include "rempart/core/result.hpp"
#include "rempart/pipeline/matching.hpp"

namespace rempart::pipeline {

struct Asked {
    std::uint64_t hits = 0;         ///< ListAdded::new_hits
    std::uint64_t without_ed2k = 0; ///< ListAdded::without_ed2k
};
/// Asks about every content of the case, and stores the hits. \param threads 0: one a core.
/// \param after only hits of entries behind this row are told and stored
/// \return what Matcher::match and the database return
[[nodiscard]] Result<Asked> ask_case(casefile::Case& file, const Matcher& matcher, unsigned threads,
                                     casefile::RowId after = 0);

/// Asks the lists that are due (casefile::lists_due). \param finishing the exhibit that nothing is
/// left to read of, if one is being finished \return as ask_case, Matcher::load
[[nodiscard]] Result<void> ask_due_lists(casefile::Case& file, unsigned threads,
                                         std::optional<casefile::RowId> finishing = {});

} // namespace rempart::pipeline
