// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// What is told aloud about entries of lists, so that nobody takes what quarantine leaves out for
/// all there is.

#include <string_view>

#include "rempart/casefile/case.hpp"
#include "rempart/core/result.hpp"

namespace rempart::cli {

/// Says on stderr how many entries of the case are in quarantine, and then `what`; nothing if none
/// are.
[[nodiscard]] Result<void> tell_quarantine(casefile::Case& file, std::string_view what);
/// Names each, with the reason.
[[nodiscard]] Result<void> name_quarantined(casefile::Case& file);

} // namespace rempart::cli
