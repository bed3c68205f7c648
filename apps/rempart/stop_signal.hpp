// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Ctrl-C and SIGTERM as a wish to stop, for the commands that end in good order.

#include <atomic>

namespace rempart::cli {

/// From now on the first such signal sets the flag, the second one ends the program at once.
/// \return the flag; the same for every call.
[[nodiscard]] const std::atomic<bool>& heed_stop_signals();

} // namespace rempart::cli
