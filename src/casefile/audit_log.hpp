// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// How the tree of the log is stored, for those who append, prove and verify.

#include <cstdint>
#include <functional>
#include <string>

#include "casefile/database.hpp"
#include "rempart/audit/merkle.hpp"
#include "rempart/core/result.hpp"

namespace rempart::casefile {

/// Complete nodes are stored at each fourth height only. Our choice: a proof then reads at most 16
/// rows in each of log16(n) groups, and the log grows by a fifteenth instead of by as much again.
inline constexpr unsigned kNodeStride = 4;

/// The right edge of the tree, locked against other writers until the transaction ends.
/// \return `integrity` if it is missing or damaged, `io`.
[[nodiscard]] Result<audit::Frontier> lock_head(Database& database);
/// The same, to read only.
[[nodiscard]] Result<audit::Frontier> read_head(Database& database);

/// The complete node at (height, index), from the leaves or stored nodes below it.
/// \return `integrity` if they are not there.
[[nodiscard]] Result<audit::Hash> stored_node(Database& database, unsigned height,
                                              std::uint64_t index);

/// Calls `take` with the number and text of each record, in order.
[[nodiscard]] Result<void>
each_record_text(Database& database,
                 const std::function<Result<void>(std::uint64_t, const std::string&)>& take);

/// Makes the empty log of a new case, or of one that is older than its log.
[[nodiscard]] Result<void> begin_log(Database& database);

} // namespace rempart::casefile
