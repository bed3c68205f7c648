// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// How the outcome of verifying a log is told.

#include "rempart/casefile/audit_verify.hpp"

namespace rempart::cli {

/// Prints each fault, then one line in all. \return kOk or kIntegrity.
[[nodiscard]] int print_verdict(const casefile::AuditVerdict& verdict, bool json);

} // namespace rempart::cli
