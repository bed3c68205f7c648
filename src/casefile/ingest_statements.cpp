// SPDX-License-Identifier: Apache-2.0
#include "casefile/ingest_statements.hpp"

namespace rempart::casefile {
namespace {

constexpr std::string_view kLastRows =
    "SELECT COALESCE((SELECT max(id) FROM contents), 0), "
    "COALESCE((SELECT max(id) FROM items), 0), COALESCE((SELECT max(id) FROM messages), 0), "
    "COALESCE((SELECT max(id) FROM attachments), 0), COALESCE((SELECT max(id) FROM metadata), 0), "
    "COALESCE((SELECT max(id) FROM hits), 0), COALESCE((SELECT max(id) FROM conversations), 0)";

Result<void> prepare_inserters(Database& database, IngestStatements& all) {
    struct Line {
        Inserter& inserter;
        const char* table;
        const char* columns;
    };
    const Line lines[] = {
        {all.content, "contents",
         "id, sha256, sha1, md5, size_bytes, type, mime, family, media_error_code, "
         "media_error_text"},
        {all.picture, "pictures",
         "content_id, format, width, height, frames, exif_orientation, partial_reason"},
        {all.video, "videos",
         "content_id, format, codec, width, height, rotation, duration_ms, decoded_frames, "
         "partial_reason"},
        {all.frame, "video_frames", "content_id, ordinal, from_ms, to_ms, quality, orientations"},
        {all.fingerprint, "fingerprints",
         "content_id, ordinal, algorithm, variant, quality, value, orientations"},
        {all.metadata, "metadata", "id, content_id, name, value"},
        {all.thumbnail, "thumbnails", "content_id, bytes"},
        {all.item, "items",
         "id, exhibit_id, seq, parent_seq, path, stream, kind, state, recovery, size_bytes, "
         "created_us, created_kind, modified_us, modified_kind, accessed_us, accessed_kind, "
         "changed_us, changed_kind, error_code, error_text, content_id"},
        {all.unread, "item_unread", "item_id, ordinal, offset_bytes, size_bytes"},
        {all.message, "messages",
         "id, conversation_id, ordinal, native_id, kind, sender_id, sender_name, body, sent_raw, "
         "edited_raw, sent_utc_us, sent_utc_kind, sent_local_us, sent_local_kind, edited_utc_us, "
         "edited_utc_kind, reply_to, forwarded_from, service_action, members_json, extra_json, "
         "raw_offset, raw_size"},
        {all.attachment, "attachments",
         "id, message_id, ordinal, claimed_path, resolved_path, name, mime, status, role, "
         "size_bytes, content_id"},
    };
    for (const auto& [inserter, table, columns] : lines) {
        auto made = database.inserter(table, columns);
        if (!made) {
            return fail(std::move(made).error());
        }
        inserter = std::move(*made);
    }
    return {};
}

} // namespace

Result<IngestStatements> IngestStatements::prepare(Database& database) {
    IngestStatements all;
    if (auto made = prepare_inserters(database, all); !made) {
        return fail(std::move(made).error());
    }
    struct Line {
        Statement& statement;
        std::string_view sql;
    };
    const Line lines[] = {
        {all.last_rows_query, kLastRows},
        {all.complete, "UPDATE contents SET media_error_code = $1, media_error_text = $2 "
                       "WHERE id = $3"},
        {all.hit, kInsertHit},
        {all.segment, kInsertSegment},
        {all.ed2k, "INSERT INTO content_ed2k (content_id, ed2k, ed2k_blue) VALUES ($1, $2, $3) "
                   "ON CONFLICT (content_id) DO NOTHING RETURNING content_id"},
        {all.conversation, "INSERT INTO conversations (id, exhibit_id, item_seq, platform, "
                           "native_id, kind, title) VALUES ($1, $2, $3, $4, $5, $6, $7)"},
        {all.account, "INSERT INTO accounts (exhibit_id, item_seq, platform, native_id, name, "
                      "is_owner) VALUES ($1, $2, $3, $4, $5, $6) "
                      "ON CONFLICT (exhibit_id, item_seq, platform, native_id, name) "
                      "DO UPDATE SET is_owner = accounts.is_owner | excluded.is_owner"},
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
    return all;
}

Result<LastRows> IngestStatements::last_rows() {
    LastRows last;
    last_rows_query.start();
    auto read = last_rows_query.each([&](Row& row) -> Result<void> {
        row.take(last.content, last.item, last.message, last.attachment, last.metadata, last.hit,
                 last.conversation);
        return {};
    });
    if (!read) {
        return fail(std::move(read).error());
    }
    return last;
}

Result<bool> insert_hit(Statement& hits, Statement& segments, RowSealer& sealer, RowId id,
                        const HitRecord& hit) {
    const auto stored = hits.scalar(id, hit.content, hit.list, hit.entry, hit.match, hit.algorithm,
                                    hit.variant, hit.distance, hit.orientation);
    if (!stored) {
        return fail(stored.error());
    }
    if (!*stored) {
        return false;
    }
    sealer.add(SealedTable::hits, id, hit.content, hit.list, hit.entry, hit.match, hit.algorithm,
               hit.variant, hit.distance, hit.orientation);
    for (std::size_t i = 0; i < hit.segments.size(); ++i) {
        const SegmentRecord& segment = hit.segments[i];
        if (auto placed = segments.run(id, i, segment.from_ms, segment.to_ms, segment.entry_from_ms,
                                       segment.entry_to_ms);
            !placed) {
            return fail(std::move(placed).error());
        }
        sealer.add(SealedTable::hit_segments, id, id, i, segment.from_ms, segment.to_ms,
                   segment.entry_from_ms, segment.entry_to_ms);
    }
    return true;
}

Result<void> IngestStatements::flush() {
    for (Inserter* rows : {&content, &picture, &video, &frame, &fingerprint, &metadata, &thumbnail,
                           &item, &unread, &message, &attachment}) {
        if (auto flushed = rows->flush(); !flushed) {
            return flushed;
        }
    }
    return {};
}

} // namespace rempart::casefile
