// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Which files a list is compiled into and whether it was asked, within a transaction of the
/// caller.

#include <span>

#include "casefile/database.hpp"
#include "rempart/casefile/lists.hpp"

namespace rempart::casefile {

[[nodiscard]] Result<void> put_list_files(Database& database, RowId list,
                                          std::span<const ListFileRecord> files);
[[nodiscard]] Result<void> forget_list_files(Database& database, RowId list);
/// It is to be asked about all that the case holds.
[[nodiscard]] Result<void> note_list_due(Database& database, RowId list, std::int64_t version);

} // namespace rempart::casefile
