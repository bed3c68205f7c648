// SPDX-License-Identifier: Apache-2.0
#include "casefile/chats.hpp"

#include "casefile/row_limit.hpp"
#include "rempart/core/hex.hpp"

namespace rempart::casefile {

Result<void>
each_conversation_of(Database& database, const ExhibitRecord& exhibit,
                     const std::function<Result<void>(const ConversationRecord&)>& take) {
    return database.each(
        "SELECT c.id, c.item_seq, c.platform, c.native_id, c.kind, c.title FROM conversations c "
        "JOIN items e ON e.exhibit_id = c.exhibit_id AND e.seq = c.item_seq "
        "WHERE c.exhibit_id = $1 ORDER BY c.item_seq, c.id",
        [&](Row& row) -> Result<void> {
            ConversationRecord record;
            if (!row.take(record.id, record.item_seq, record.platform, record.native_id,
                          record.kind, record.title)) {
                return Row::damaged();
            }
            return take(record);
        },
        exhibit.id);
}

Result<MessageReader> MessageReader::prepare(Database& database) {
    auto messages = database.prepare(
        "SELECT id, ordinal, native_id, kind, sender_id, sender_name, body, sent_raw, edited_raw, "
        "sent_utc_us, sent_utc_kind, sent_local_us, sent_local_kind, edited_utc_us, "
        "edited_utc_kind, reply_to, forwarded_from, service_action, members_json, extra_json, "
        "raw_offset, raw_size, "
        "EXISTS (SELECT 1 FROM attachments a WHERE a.message_id = messages.id) "
        "FROM messages WHERE conversation_id = $1 ORDER BY ordinal, id LIMIT $2");
    auto attachments = database.prepare(
        "SELECT a.claimed_path, a.resolved_path, a.name, a.mime, a.status, a.role, a.size_bytes, "
        "a.content_id, c.sha256 FROM attachments a LEFT JOIN contents c ON c.id = a.content_id "
        "WHERE a.message_id = $1 ORDER BY a.ordinal");
    if (!messages || !attachments) {
        return fail(messages ? attachments.error() : messages.error());
    }
    MessageReader reader;
    reader.messages_ = std::move(*messages);
    reader.attachments_ = std::move(*attachments);
    return reader;
}

Result<void> MessageReader::each(const ConversationRecord& conversation,
                                 const std::function<Result<void>(MessageView&)>& take,
                                 std::size_t most) {
    if (most == 0) {
        return {};
    }
    messages_.start(conversation.id, row_limit(most));
    return messages_.each([&](Row& row) -> Result<void> {
        MessageView view;
        view.conversation = conversation;
        MessageRecord& message = view.message;
        message.conversation = conversation.id;
        message.item_seq = conversation.item_seq;
        bool has_attachments = false;
        if (!row.take(view.id, message.ordinal, message.native_id, message.kind, message.sender_id,
                      message.sender_name, message.body, message.sent_raw, message.edited_raw,
                      message.sent_utc, message.sent_local, message.edited_utc, message.reply_to,
                      message.forwarded_from, message.service_action, message.members_json,
                      message.extra_json, message.raw_offset, message.raw_size, has_attachments)) {
            return Row::damaged();
        }
        if (has_attachments) {
            if (auto taken = take_attachments(view); !taken) {
                return taken;
            }
        }
        return take(view);
    });
}

Result<void> MessageReader::take_attachments(MessageView& view) {
    attachments_.start(view.id);
    return attachments_.each([&](Row& row) -> Result<void> {
        AttachmentRecord& file = view.message.attachments.emplace_back();
        Bytes sha256;
        if (!row.take(file.claimed_path, file.resolved_path, file.name, file.mime, file.status,
                      file.role, file.size_bytes, file.content, sha256)) {
            return Row::damaged();
        }
        view.attachment_sha256.push_back(encode_hex(sha256));
        return {};
    });
}

Result<void> each_message(Case& file, const std::function<Result<void>(const MessageView&)>& take,
                          std::size_t most) {
    Database& database = file.database();
    const auto snapshot = Snapshot::begin(database);
    if (!snapshot) {
        return fail(snapshot.error());
    }
    const auto all = exhibits(file);
    if (!all) {
        return fail(all.error());
    }
    auto reader = MessageReader::prepare(database);
    if (!reader) {
        return fail(std::move(reader).error());
    }
    for (const ExhibitRecord& exhibit : *all) {
        const auto take_message = [&](MessageView& view) -> Result<void> {
            --most;
            view.exhibit_label = exhibit.label;
            return take(view);
        };
        auto taken =
            each_conversation_of(database, exhibit, [&](const ConversationRecord& conversation) {
                return reader->each(conversation, take_message, most);
            });
        if (!taken) {
            return taken;
        }
    }
    return {};
}

Result<std::vector<ConversationView>> conversations(Case& file) {
    std::vector<ConversationView> all;
    const auto take_row = [&](Row& row) -> Result<void> {
        ConversationView& view = all.emplace_back();
        ConversationRecord& record = view.conversation;
        std::optional<std::int64_t> first, last;
        if (!row.take(view.exhibit_label, view.export_path, record.id, record.item_seq,
                      record.platform, record.native_id, record.kind, record.title, view.messages,
                      view.senders, first, last, view.attachments, view.attachments_present,
                      view.attachments_hit)) {
            return Row::damaged();
        }
        if (first && last) {
            view.first_utc = {TimeKind::utc, *first};
            view.last_utc = {TimeKind::utc, *last};
        }
        return {};
    };
    // A hit on a list of harmless files is no reason to look at a conversation.
    auto read = file.database().each(
        "WITH written AS (SELECT conversation_id, count(*) AS messages,"
        "  count(DISTINCT CASE WHEN sender_id <> '' THEN '#' || sender_id"
        "   WHEN sender_name <> '' THEN '@' || sender_name END) AS senders,"
        "  min(sent_utc_us) AS first_us, max(sent_utc_us) AS last_us"
        "  FROM messages GROUP BY conversation_id),"
        " sent AS (SELECT m.conversation_id, count(*) AS files, count(a.content_id) AS present,"
        "  sum(CASE WHEN EXISTS (SELECT 1 FROM told_hits h JOIN lists l ON l.id = h.list_id"
        "   WHERE h.content_id = a.content_id AND l.polarity <> 'allow') THEN 1 ELSE 0 END)"
        "   AS hit"
        "  FROM attachments a JOIN messages m ON m.id = a.message_id GROUP BY m.conversation_id) "
        "SELECT x.label, e.path, c.id, c.item_seq, c.platform, c.native_id, c.kind, c.title,"
        " COALESCE(w.messages, 0), COALESCE(w.senders, 0), w.first_us, w.last_us,"
        " COALESCE(s.files, 0), COALESCE(s.present, 0), COALESCE(s.hit, 0) "
        "FROM conversations c JOIN exhibits x ON x.id = c.exhibit_id "
        "JOIN items e ON e.exhibit_id = c.exhibit_id AND e.seq = c.item_seq "
        "LEFT JOIN written w ON w.conversation_id = c.id "
        "LEFT JOIN sent s ON s.conversation_id = c.id "
        "ORDER BY c.exhibit_id, c.item_seq, c.id",
        take_row);
    if (!read) {
        return fail(std::move(read).error());
    }
    return all;
}

Result<std::vector<ChatExportView>> chat_exports(Case& file) {
    Database& database = file.database();
    const auto snapshot = Snapshot::begin(database);
    if (!snapshot) {
        return fail(snapshot.error());
    }
    auto rejects = database.prepare("SELECT reason FROM chat_rejects "
                                    "WHERE exhibit_id = $1 AND item_seq = $2 ORDER BY ordinal");
    if (!rejects) {
        return fail(std::move(rejects).error());
    }
    std::vector<ChatExportView> all;
    const auto take_row = [&](Row& row) -> Result<void> {
        ChatExportView& view = all.emplace_back();
        ChatExportRecord& record = view.record;
        RowId exhibit = 0;
        if (!row.take(exhibit, view.exhibit_label, view.path, record.item_seq, record.format,
                      record.parsed, record.rejected, record.skipped, record.repairs,
                      record.truncated, record.known_losses_json)) {
            return Row::damaged();
        }
        rejects->start(exhibit, record.item_seq);
        return rejects->each([&](Row& reason) -> Result<void> {
            reason.take(record.reject_reasons.emplace_back());
            return {};
        });
    };
    auto read = database.each(
        "SELECT c.exhibit_id, x.label, e.path, c.item_seq, c.format, c.parsed, c.rejected, "
        "c.skipped, c.repairs, c.truncated, c.known_losses_json FROM chat_exports c "
        "JOIN exhibits x ON x.id = c.exhibit_id "
        "JOIN items e ON e.exhibit_id = c.exhibit_id AND e.seq = c.item_seq "
        "ORDER BY c.exhibit_id, c.item_seq",
        take_row);
    if (!read) {
        return fail(std::move(read).error());
    }
    return all;
}

} // namespace rempart::casefile
