// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Only one process at a time writes to a case.

#include <filesystem>

#include "rempart/core/fd.hpp"
#include "rempart/core/result.hpp"

namespace rempart::casefile {

/// Takes the lock of the case in `folder`, held until the descriptor (and every copy of it in a
/// child) is closed: so it ends with the process, however that ends. flock(2) on a file of its own,
/// because closing any descriptor of case.sqlite would drop SQLite's own locks.
/// \return `refused` if another holds it, `io`.
[[nodiscard]] Result<UniqueFd> take_write_lock(const std::filesystem::path& folder);

} // namespace rempart::casefile
