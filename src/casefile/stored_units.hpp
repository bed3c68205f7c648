// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The units of sealed tables (row_seal.hpp) as they are stored.

#include <functional>

#include "casefile/row_seal.hpp"

namespace rempart::casefile {

/// One row of a sealed table: its key and its encoded columns, valid during the call.
using TakeStoredRow = std::function<Result<void>(RowId key, ByteView row)>;
/// Calls `take` for each row whose key lies in [first, last], in the order of seals.
/// \return what `take` returns, `io`.
[[nodiscard]] Result<void> each_stored_row(Database& database, SealedTable table, RowId first,
                                           RowId last, const TakeStoredRow& take);

using TakeStoredUnit = std::function<Result<void>(RowId key, const audit::Hash& digest)>;
/// The same for the digest of each unit.
[[nodiscard]] Result<void> each_stored_unit(Database& database, SealedTable table, RowId first,
                                            RowId last, const TakeStoredUnit& take);

} // namespace rempart::casefile
