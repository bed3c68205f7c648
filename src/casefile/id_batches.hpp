// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Questions about many rows at once: on a server a round trip each would take longer than the
/// answer.

#include <algorithm>
#include <cstddef>
#include <span>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "casefile/database.hpp"
#include "rempart/casefile/records.hpp"
#include "rempart/core/result.hpp"

namespace rempart::casefile {

/// Our choice: a text of some kilobytes, a round trip for half a thousand rows.
inline constexpr std::size_t kIdsPerBatch = 500;

/// Until the end of the transaction or Snapshot: rows that are named are looked up by their index.
/// The planner of a server knows nothing of a table that just grew, and would read all of it for
/// each batch; what it then takes for costly it would compile.
[[nodiscard]] inline Result<void> look_up_by_index(Database& database) {
    return database.dialect() == Dialect::sqlite
               ? Result<void>()
               : database.exec("SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off; "
                               "SET LOCAL enable_mergejoin = off; SET LOCAL jit = off");
}

/// Calls ask("1, 2, 3") for runs of `ids`, in their order, until one fails.
template <typename Ask>
[[nodiscard]] Result<void> in_batches(std::span<const RowId> ids, const Ask& ask) {
    for (std::size_t begin = 0; begin < ids.size(); begin += kIdsPerBatch) {
        const auto batch = ids.subspan(begin, std::min(kIdsPerBatch, ids.size() - begin));
        if (Result<void> asked = ask(fmt::format("{}", fmt::join(batch, ", "))); !asked) {
            return asked;
        }
    }
    return {};
}

} // namespace rempart::casefile
