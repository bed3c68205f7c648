// SPDX-License-Identifier: Apache-2.0
#include "casefile/ingest_resume.hpp"

#include "casefile/search.hpp"

namespace rempart::casefile {

Result<void> forget_unfinished(Database& database, RowId exhibit, std::uint64_t next_seq) {
    const auto leftover = database.scalar(
        "SELECT (SELECT count(*) FROM conversations WHERE exhibit_id = $1 AND item_seq >= $2)"
        " + (SELECT count(*) FROM accounts WHERE exhibit_id = $1 AND item_seq >= $2)"
        " + (SELECT count(*) FROM chat_exports WHERE exhibit_id = $1 AND item_seq >= $2)",
        exhibit, next_seq);
    if (!leftover) {
        return fail(leftover.error());
    }
    if (leftover->value_or(0) == 0) {
        return {};
    }
    auto transaction = Transaction::begin(database);
    if (!transaction) {
        return fail(std::move(transaction).error());
    }
    if (auto forgotten = forget_message_words(database, exhibit, next_seq); !forgotten) {
        return forgotten;
    }
    for (const char* sql :
         {"DELETE FROM attachments WHERE message_id IN (SELECT m.id FROM messages m "
          "JOIN conversations c ON c.id = m.conversation_id "
          "WHERE c.exhibit_id = $1 AND c.item_seq >= $2)",
          "DELETE FROM messages WHERE conversation_id IN (SELECT id FROM conversations "
          "WHERE exhibit_id = $1 AND item_seq >= $2)",
          "DELETE FROM conversations WHERE exhibit_id = $1 AND item_seq >= $2",
          "DELETE FROM accounts WHERE exhibit_id = $1 AND item_seq >= $2",
          "DELETE FROM chat_rejects WHERE exhibit_id = $1 AND item_seq >= $2",
          "DELETE FROM chat_exports WHERE exhibit_id = $1 AND item_seq >= $2"}) {
        if (auto gone = database.run(sql, exhibit, next_seq); !gone) {
            return gone;
        }
    }
    if (auto lowered = lower_search_progress(database); !lowered) {
        return lowered;
    }
    return transaction->commit();
}

Result<ResumeRecord> read_resume_point(Database& database, RowId exhibit) {
    ResumeRecord resume;
    auto read = database.each(
        "SELECT COALESCE(max(seq) + 1, 0), "
        "count(*) - count(parent_seq), "
        "COALESCE(max(CASE WHEN parent_seq IS NULL THEN seq END), 0) "
        "FROM items WHERE exhibit_id = $1",
        [&](Row& row) -> Result<void> {
            row.take(resume.next_seq, resume.top_level_items, resume.last_top_level_seq);
            return {};
        },
        exhibit);
    if (!read) {
        return fail(std::move(read).error());
    }
    return resume;
}

} // namespace rempart::casefile
