// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The facts as JSON, for programs: keys and meanings in docs/report.md. It does not depend on the
/// language of the page.

#include <string>
#include <string_view>
#include <vector>

#include "act/facts.hpp"

namespace rempart::act {

/// One object, indented by one blank. Texts longer than 4,096 bytes are cut.
[[nodiscard]] std::string write_json(const Facts& facts);

/// The strings of a JSON array, as the case stores known losses; none if it is something else.
[[nodiscard]] std::vector<std::string> strings_of_json(std::string_view array);

} // namespace rempart::act
