// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The flags of `rempart case` and `rempart decision`.

#include "rempart/arguments.hpp"

namespace CLI {
class App;
}

namespace rempart::cli {

void define_case(CLI::App& root, const Choose& choose);
void define_decision(CLI::App& root, const Choose& choose);

} // namespace rempart::cli
