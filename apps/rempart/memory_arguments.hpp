// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The flags of `rempart memory`.

#include <functional>

#include "rempart/arguments.hpp"

namespace CLI {
class App;
}

namespace rempart::cli {

/// \param choose told what was typed; must outlive the parse.
void define_memory(CLI::App& root, const std::function<void(Request)>& choose);

} // namespace rempart::cli
