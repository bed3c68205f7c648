// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The statements of the ingest, prepared once for as long as it runs.

#include <span>

#include "casefile/database.hpp"
#include "casefile/row_seal.hpp"
#include "rempart/casefile/records.hpp"
#include "rempart/core/result.hpp"

namespace rempart::casefile {

/// The highest numbers of rows. The writer numbers rows itself, from these on: asking the database
/// (RETURNING) costs as much again as the row, and the rows of one transaction are then a range.
struct LastRows {
    RowId content = 0, item = 0, message = 0, attachment = 0, metadata = 0, hit = 0,
          conversation = 0;
};

struct IngestStatements {
    Inserter content, picture, video, frame, fingerprint, metadata, thumbnail, item, unread,
        message, attachment;
    Statement complete, hit, segment, ed2k, last_rows_query;
    Statement conversation, account, chat_export, chat_reject;

    [[nodiscard]] static Result<IngestStatements> prepare(Database& database);
    [[nodiscard]] Result<LastRows> last_rows();
    /// Rows that others refer to before those that do.
    [[nodiscard]] Result<void> flush();
};

inline constexpr std::string_view kInsertHit =
    "INSERT INTO hits (id, content_id, list_id, entry_id, match, algorithm, variant, distance, "
    "orientation, content_start) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, "
    "(SELECT substr(c.sha256, 1, 8) FROM contents c WHERE c.id = $2)) "
    "ON CONFLICT DO NOTHING RETURNING id";

inline constexpr std::string_view kInsertSegment =
    "INSERT INTO hit_segments (hit_id, ordinal, from_ms, to_ms, entry_from_ms, entry_to_ms) "
    "VALUES ($1, $2, $3, $4, $5, $6)";
/// A hit with its places, and their seals. \param hits kInsertHit. \param segments kInsertSegment.
/// \return whether it was stored: not if it is there already.
[[nodiscard]] Result<bool> insert_hit(Statement& hits, Statement& segments, RowSealer& sealer,
                                      RowId id, const HitRecord& hit);

} // namespace rempart::casefile
