// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// What a case or a memory is, line by line, for people.

#include <string_view>

#include "rempart/casefile/records.hpp"

namespace rempart::cli {

/// "label         value"; the value is made safe for a terminal.
void print_row(std::string_view label, std::string_view value);

/// Name, id, authority, legal basis, purpose, review date and when it was made.
void print_info(const casefile::CaseInfo& info);

} // namespace rempart::cli
