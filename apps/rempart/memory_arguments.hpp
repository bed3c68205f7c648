// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The flags of `rempart memory`.

#include "rempart/arguments.hpp"

namespace CLI {
class App;
}

namespace rempart::cli {

void define_memory(CLI::App& root, const Choose& choose);

} // namespace rempart::cli
