// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The flags of `rempart ingest` and `rempart worker`.

#include "rempart/arguments.hpp"

namespace CLI {
class App;
}

namespace rempart::cli {

void define_ingest(CLI::App& root, const Choose& choose);
void define_worker(CLI::App& root, const Choose& choose);

} // namespace rempart::cli
