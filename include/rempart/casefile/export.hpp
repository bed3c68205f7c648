// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// A whole case in one file.

#include <filesystem>

#include "rempart/casefile/case.hpp"

namespace rempart::casefile {

/// The case as one SQLite file without journal, written beside and renamed. \return `io`,
/// `invalid_argument` if `target` exists.
[[nodiscard]] Result<void> export_database(Case& file, const std::filesystem::path& target);

/// The case as sorted JSON lines without what depends on the run: no row numbers, no clock of the
/// run, no paths of the machine, no case id. Equal evidence and lists give equal bytes, whatever
/// the number of jobs, the crashes, or the order in which rows were written.
[[nodiscard]] Result<void> export_canonical(Case& file, const std::filesystem::path& target);

} // namespace rempart::casefile
