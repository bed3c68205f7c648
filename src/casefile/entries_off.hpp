// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Which hashes of lists are off, as rows that queries ask: derived from entry_acts.

#include "casefile/database.hpp"
#include "rempart/core/result.hpp"

namespace rempart::casefile {

/// Makes the table anew from the acts, within the caller's transaction.
[[nodiscard]] Result<void> rebuild_entries_off(Database& database);
/// \return `integrity` if the table is not what the acts give.
[[nodiscard]] Result<void> check_entries_off(Database& database);

} // namespace rempart::casefile
