// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// What a case or a memory is and may be used for: its one row, and the first record of its log.

#include <span>
#include <string_view>

#include "casefile/database.hpp"
#include "casefile/row_seal.hpp"
#include "rempart/casefile/audit.hpp"
#include "rempart/casefile/records.hpp"
#include "rempart/core/result.hpp"

namespace rempart::casefile {

inline constexpr std::string_view kCaseInfoTable = "case_info";
inline constexpr std::string_view kMemoryInfoTable = "memory_info";

/// With an id, and the time if it has none. \param what "case", for messages.
/// \return `invalid_argument` if a field is empty or the review date does not exist.
[[nodiscard]] Result<CaseInfo> complete_info(const CaseInfo& info, std::string_view what);

[[nodiscard]] Result<void> insert_info(Database& database, std::string_view table,
                                       const CaseInfo& info);
/// \return `malformed` if there is no row, `integrity`, `io`.
[[nodiscard]] Result<CaseInfo> read_info(Database& database, std::string_view table);

/// Makes the empty log and its first record, with seals over all rows that `tables` hold.
/// \pre within a transaction.
[[nodiscard]] Result<void> begin_log_over(Database& database, AuditEntry entry,
                                          std::span<const SealedTableFacts> tables);

} // namespace rempart::casefile
