// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// How an ingest finds where it stopped.

#include "casefile/database.hpp"
#include "rempart/casefile/evidence.hpp"

namespace rempart::casefile {

/// What the exhibit has in the case.
[[nodiscard]] Result<ResumeRecord> read_resume_point(Database& database, RowId exhibit);

/// Removes what an unfinished run left of a chat export whose own item was never committed.
[[nodiscard]] Result<void> forget_unfinished(Database& database, RowId exhibit,
                                             std::uint64_t next_seq);

} // namespace rempart::casefile
