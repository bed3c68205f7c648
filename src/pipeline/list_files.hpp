// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The files that a list of a case is compiled into and asked in: a HashSet for each kind of digest
/// and a CodeIndex for its fingerprints, whose rows are the rows of its entries.
///
/// They are made from the case's rows and can be made again at any time; the case keeps their ids.
/// A file is used only under the id that the case has for it: one that is missing, damaged, of
/// another format or another list's is compiled again, and never taken for a list without entries.
/// docs/adr/0015 says why files.

#include <cstddef>
#include <cstdint>

#include "rempart/casefile/lists.hpp"
#include "rempart/core/result.hpp"
#include "rempart/recognise/known_set.hpp"

namespace rempart::pipeline {

/// Gives `builder` the files of a list, compiled first where that is needed.
/// \param number what `builder` is to call the list
/// \return `integrity` if the list's entries are not those that it was compiled from when it was
///         added; `refused`, `io` and what ListCompiler and the database return
[[nodiscard]] Result<void> open_list_files(casefile::Case& file, const casefile::ListRecord& list,
                                           std::uint32_t number,
                                           recognise::KnownSet::Builder& builder);

/// Reads every compiled file of the case as a whole and removes those that are not sound, so that
/// they are compiled again when they are opened next. For when a question failed.
/// \return how many it removed; what the database returns
[[nodiscard]] Result<std::size_t> discard_damaged_list_files(casefile::Case& file);

} // namespace rempart::pipeline
