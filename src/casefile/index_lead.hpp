// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// How a server is kept from reading all of a table to find a few rows in it, which it does while
/// it has no figures yet of a table that just grew. SQLite goes by indexes anyway.

#include <cstdint>

#include "casefile/database.hpp"
#include "rempart/core/result.hpp"

namespace rempart::casefile {

enum class LeadFor : std::uint8_t {
    transaction, ///< What it asks for is few rows, each by an index.
    connection,  ///< The same of all that is asked through it from now on. Costs a round trip.
};
[[nodiscard]] Result<void> lead_by_indexes(Database& database, LeadFor span);

} // namespace rempart::casefile
