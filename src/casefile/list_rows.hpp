// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Which files a list is compiled into, within a transaction of the caller.

#include <span>

#include "casefile/database.hpp"
#include "rempart/casefile/lists.hpp"

namespace rempart::casefile {

[[nodiscard]] Result<void> put_list_files(Database& database, RowId list,
                                          std::span<const ListFileRecord> files);
[[nodiscard]] Result<void> forget_list_files(Database& database, RowId list);

} // namespace rempart::casefile
