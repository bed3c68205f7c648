// SPDX-License-Identifier: Apache-2.0
#include "casefile/ingest_statements.hpp"

#include <utility>

namespace rempart::casefile {

Result<Statement> prepare_hit(Database& database) {
    return database.prepare("INSERT INTO hits (content_id, list_id, entry_id, match, algorithm, "
                            "variant, distance, orientation) "
                            "VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING");
}

Result<void> insert_hit(Statement& statement, const HitRecord& hit) {
    return statement.run(hit.content, hit.list, hit.entry, hit.match, hit.algorithm, hit.variant,
                         hit.distance, hit.orientation);
}

Result<IngestStatements> IngestStatements::prepare(Database& database) {
    IngestStatements all;
    struct Line {
        Statement& statement;
        const char* sql;
    };
    const Line lines[] = {
        {all.find_content, "SELECT id FROM contents WHERE sha256 = $1"},
        {all.content, "INSERT INTO contents (id, sha256, sha1, md5, size_bytes, type, mime, "
                      "family, media_error_code, media_error_text) "
                      "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"},
        {all.complete, "UPDATE contents SET media_error_code = $1, media_error_text = $2 "
                       "WHERE id = $3 AND media_error_code = 'skipped' RETURNING id"},
        {all.hits_of,
         "SELECT h.content_id, h.list_id, h.entry_id, h.match, h.algorithm, h.variant, h.distance, "
         "h.orientation, c.sha256, l.name, l.polarity, l.scheme, n.entry, n.label, n.category "
         "FROM hits h JOIN lists l ON l.id = h.list_id JOIN list_entries n ON n.id = h.entry_id "
         "JOIN contents c ON c.id = h.content_id WHERE h.content_id = $1 "
         "ORDER BY h.list_id, h.match, n.entry, h.entry_id, h.variant"},
        {all.last_content, "SELECT COALESCE(max(id), 0) FROM contents"},
        {all.last_item, "SELECT COALESCE(max(id), 0) FROM items"},
        {all.last_message, "SELECT COALESCE(max(id), 0) FROM messages"},
        {all.picture, "INSERT INTO pictures (content_id, format, width, height, frames, "
                      "exif_orientation, partial_reason) VALUES ($1, $2, $3, $4, $5, $6, $7)"},
        {all.fingerprint, "INSERT INTO fingerprints (content_id, ordinal, algorithm, variant, "
                          "quality, value, orientations) VALUES ($1, $2, $3, $4, $5, $6, $7)"},
        {all.metadata, "INSERT INTO metadata (content_id, name, value) VALUES ($1, $2, $3)"},
        {all.thumbnail, "INSERT INTO thumbnails (content_id, bytes) VALUES ($1, $2)"},
        {all.item,
         "INSERT INTO items (id, exhibit_id, seq, parent_seq, path, stream, kind, state, recovery, "
         "size_bytes, created_us, created_kind, modified_us, modified_kind, accessed_us, "
         "accessed_kind, changed_us, changed_kind, error_code, error_text, content_id) "
         "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, "
         "$19, $20, $21)"},
        {all.unread, "INSERT INTO item_unread (item_id, ordinal, offset_bytes, size_bytes) "
                     "VALUES ($1, $2, $3, $4)"},
        {all.conversation, "INSERT INTO conversations (exhibit_id, item_seq, platform, native_id, "
                           "kind, title) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id"},
        {all.account, "INSERT INTO accounts (exhibit_id, item_seq, platform, native_id, name, "
                      "is_owner) VALUES ($1, $2, $3, $4, $5, $6) "
                      "ON CONFLICT (exhibit_id, item_seq, platform, native_id, name) "
                      "DO UPDATE SET is_owner = accounts.is_owner | excluded.is_owner"},
        {all.message,
         "INSERT INTO messages (id, conversation_id, ordinal, native_id, kind, sender_id, "
         "sender_name, "
         "body, sent_raw, edited_raw, sent_utc_us, sent_utc_kind, sent_local_us, sent_local_kind, "
         "edited_utc_us, edited_utc_kind, reply_to, forwarded_from, service_action, members_json, "
         "extra_json, raw_offset, raw_size) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, "
         "$12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23)"},
        {all.attachment, "INSERT INTO attachments (message_id, ordinal, claimed_path, "
                         "resolved_path, name, mime, status, role, size_bytes, content_id) "
                         "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"},
        {all.chat_export, "INSERT INTO chat_exports (exhibit_id, item_seq, format, parsed, "
                          "rejected, skipped, repairs, truncated, known_losses_json) "
                          "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"},
        {all.chat_reject, "INSERT INTO chat_rejects (exhibit_id, item_seq, ordinal, reason) "
                          "VALUES ($1, $2, $3, $4)"},
    };
    for (const auto& [statement, sql] : lines) {
        auto prepared = database.prepare(sql);
        if (!prepared) {
            return fail(std::move(prepared).error());
        }
        statement = std::move(*prepared);
    }
    auto hit = prepare_hit(database);
    if (!hit) {
        return fail(std::move(hit).error());
    }
    all.hit = std::move(*hit);
    return all;
}

Result<LastRows> IngestStatements::last_rows() {
    LastRows last;
    for (const auto& [statement, row] : {std::pair<Statement&, RowId&>{last_content, last.content},
                                         {last_item, last.item},
                                         {last_message, last.message}}) {
        const auto read = statement.scalar();
        if (!read) {
            return fail(read.error());
        }
        row = read->value_or(0);
    }
    return last;
}

} // namespace rempart::casefile
