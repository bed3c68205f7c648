// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// A whole case in one file, and back.

#include <filesystem>

#include "rempart/casefile/case.hpp"

namespace rempart::casefile {

/// The case, wherever it lies, as one SQLite file without journal, written beside and renamed: one
/// state of it, row for row. Of a case on a server the word index is left out: the next search
/// makes it. \return `io`, `unavailable`, `invalid_argument` if `target` exists.
[[nodiscard]] Result<void> export_database(Case& file, const std::filesystem::path& target);

/// The way back: every row of such a file, with its number, as a case in a new folder or in a
/// database that holds nothing yet ("postgresql://…"). The log comes over with its proofs, and
/// nothing is added to it; the keys that sign it stay where they are. All or nothing.
/// \return `not_found`, `malformed` or `integrity` (no case, or damaged), `unsupported` (a schema
///         that is newer, or older: open it once for writing), and what Case::create returns.
[[nodiscard]] Result<void> import_case(const std::filesystem::path& file, const std::string& place);

/// The case as sorted JSON lines without what depends on the run: no row numbers, no clock of the
/// run, no paths of the machine, no case id. Equal evidence and lists give equal bytes, whatever
/// the number of jobs, the crashes, or the order in which rows were written.
[[nodiscard]] Result<void> export_canonical(Case& file, const std::filesystem::path& target);

} // namespace rempart::casefile
