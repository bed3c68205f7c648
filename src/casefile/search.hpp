// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The word index over messages, items and metadata: SQLite's FTS5, the only place that knows it.
///
/// It is derived from the tables and follows them late: `find` brings it up to date, up to the mark
/// in `search_progress`, so that the ingest does not pay for it.

#include <cstdint>

#include "casefile/database.hpp"
#include "rempart/casefile/records.hpp"

namespace rempart::casefile {

/// Takes the words of the messages of an unfinished chat export out of the index. To be called
/// before those messages are deleted, in the same transaction.
[[nodiscard]] Result<void> forget_message_words(Database& database, RowId exhibit,
                                                std::uint64_t from_item_seq);

/// After messages were deleted: their row numbers may be given again, and must be indexed then.
[[nodiscard]] Result<void> lower_search_progress(Database& database);

} // namespace rempart::casefile
