// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The statements of the ingest, prepared once for as long as it runs.

#include "casefile/database.hpp"
#include "rempart/casefile/records.hpp"
#include "rempart/core/result.hpp"

namespace rempart::casefile {

/// The highest numbers of rows. The writer numbers the rows of the three large tables itself, from
/// these on, because asking the database (RETURNING) costs as much again as the row.
struct LastRows {
    RowId content = 0, item = 0, message = 0;
};

struct IngestStatements {
    Statement find_content, content, picture, fingerprint, metadata, thumbnail;
    Statement complete, item, unread, hit, hits_of;
    Statement last_content, last_item, last_message;
    Statement conversation, account, message, attachment, chat_export, chat_reject;

    [[nodiscard]] static Result<IngestStatements> prepare(Database& database);
    [[nodiscard]] Result<LastRows> last_rows();
};

/// Stores a hit unless it is there. The statement comes from prepare_hit.
[[nodiscard]] Result<Statement> prepare_hit(Database& database);
[[nodiscard]] Result<void> insert_hit(Statement& statement, const HitRecord& hit);

} // namespace rempart::casefile
