// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Commands that look at a case or give something of it away: the act stands in the log before the
/// first row is read.

#include <optional>
#include <string>
#include <vector>

#include "rempart/casefile/audit.hpp"
#include "rempart/casefile/case.hpp"
#include "rempart/core/result.hpp"

namespace rempart::cli {

struct LoggedAct {
    casefile::AuditAct act{};
    std::vector<casefile::AuditDetail> subject;
    /// None: the case's own purpose. An empty one is refused where the act needs one.
    std::optional<std::string> purpose;
};

/// Opens the case for reading and logs the act. \return as Case::open and casefile::record_act.
[[nodiscard]] Result<casefile::Case> open_logged(const std::string& folder, const LoggedAct& act);
/// Logs an act on a case that is open. \return as casefile::record_act.
[[nodiscard]] Result<void> log_act(casefile::Case& file, const LoggedAct& act);

} // namespace rempart::cli
