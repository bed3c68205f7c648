// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Where the ingest of a part goes on.

#include "casefile/database.hpp"
#include "rempart/casefile/evidence.hpp"

namespace rempart::casefile {

[[nodiscard]] Result<ResumeRecord> read_resume_point(Database& database, RowId exhibit,
                                                     std::uint64_t part);

} // namespace rempart::casefile
