// SPDX-License-Identifier: Apache-2.0
#include "casefile/canonical.hpp"

#include <algorithm>

#include "casefile/chats.hpp"
#include "casefile/database.hpp"

namespace rempart::casefile {
namespace {

void write_export(CanonicalFile& file, const ChatExportView& view) {
    const ChatExportRecord& record = view.record;
    JsonWriter& out = file.begin("chat_export");
    out.member("exhibit", view.exhibit_label)
        .member("item_seq", file.number_of(view.exhibit_label, record.item_seq))
        .member("path", view.path)
        .member("format", record.format)
        .member("parsed", record.parsed)
        .member("rejected", record.rejected)
        .member("skipped", record.skipped)
        .member("repairs", record.repairs)
        .member("truncated", record.truncated)
        .member("known_losses_json", record.known_losses_json)
        .key("reject_reasons")
        .begin_array();
    for (const std::string& reason : record.reject_reasons) {
        out.value(reason);
    }
    out.end_array();
}

void write_attachment(JsonWriter& out, const AttachmentRecord& file, const std::string& sha256) {
    out.begin_object()
        .member("claimed_path", file.claimed_path)
        .member("resolved_path", file.resolved_path)
        .member("name", file.name)
        .member("mime", file.mime)
        .member("status", file.status)
        .member("role", file.role)
        .key("size_bytes");
    file.size_bytes ? out.value(*file.size_bytes) : out.null();
    out.key("sha256");
    sha256.empty() ? out.null() : out.value(sha256);
    out.end_object();
}

void write_message(JsonWriter& out, const MessageView& view) {
    const MessageRecord& message = view.message;
    out.member("ordinal", message.ordinal)
        .member("id", message.native_id)
        .member("kind", message.kind)
        .member("sender_id", message.sender_id)
        .member("sender_name", message.sender_name)
        .member("body", message.body)
        .member("sent_raw", message.sent_raw)
        .member("edited_raw", message.edited_raw);
    write_time(out, "sent_utc", message.sent_utc);
    write_time(out, "sent_local", message.sent_local);
    write_time(out, "edited_utc", message.edited_utc);
    out.member("reply_to", message.reply_to)
        .member("forwarded_from", message.forwarded_from)
        .member("service_action", message.service_action)
        .member("members_json", message.members_json)
        .member("extra_json", message.extra_json)
        .member("raw_offset", message.raw_offset)
        .member("raw_size", message.raw_size)
        .key("attachments")
        .begin_array();
    for (std::size_t i = 0; i < message.attachments.size(); ++i) {
        write_attachment(out, message.attachments[i], view.attachment_sha256[i]);
    }
    out.end_array();
}

Result<void> write_accounts(Case& file, CanonicalFile& out) {
    const auto take_row = [&](Row& row) -> Result<void> {
        std::string exhibit;
        AccountRecord account;
        if (!row.take(exhibit, account.item_seq, account.platform, account.native_id, account.name,
                      account.is_owner)) {
            return Row::damaged();
        }
        out.begin("account")
            .member("exhibit", exhibit)
            .member("item_seq", out.number_of(exhibit, account.item_seq))
            .member("platform", account.platform)
            .member("id", account.native_id)
            .member("name", account.name)
            .member("is_owner", account.is_owner);
        return out.end();
    };
    return file.database().each(
        "SELECT x.label, a.item_seq, a.platform, a.native_id, a.name, a.is_owner FROM accounts a "
        "JOIN exhibits x ON x.id = a.exhibit_id "
        "JOIN items e ON e.exhibit_id = a.exhibit_id AND e.seq = a.item_seq "
        "ORDER BY x.label, a.item_seq, a.platform, a.native_id, a.name",
        take_row);
}

// The conversations of one exhibit, numbered in the order of their export; each before its
// messages.
Result<void> write_conversations(Database& database, CanonicalFile& out,
                                 const ExhibitRecord& exhibit) {
    auto reader = MessageReader::prepare(database);
    if (!reader) {
        return fail(std::move(reader).error());
    }
    std::uint64_t number = 0;
    std::optional<std::uint64_t> item_seq;
    return each_conversation_of(
        database, exhibit, [&](const ConversationRecord& conversation) -> Result<void> {
            number = item_seq == conversation.item_seq ? number + 1 : 0;
            item_seq = conversation.item_seq;
            const std::uint64_t item = out.number_of(exhibit.label, conversation.item_seq);
            out.begin("conversation")
                .member("exhibit", exhibit.label)
                .member("item_seq", item)
                .member("number", number)
                .member("platform", conversation.platform)
                .member("id", conversation.native_id)
                .member("kind", conversation.kind)
                .member("title", conversation.title);
            if (auto ended = out.end(); !ended) {
                return ended;
            }
            return reader->each(conversation, [&](const MessageView& view) {
                JsonWriter& line = out.begin("message");
                line.member("exhibit", exhibit.label)
                    .member("item_seq", item)
                    .member("conversation", number);
                write_message(line, view);
                return out.end();
            });
        });
}

} // namespace

Result<void> write_chats(Case& file, CanonicalFile& out) {
    auto exports = chat_exports(file);
    if (!exports) {
        return fail(std::move(exports).error());
    }
    // By seq within an exhibit already: only the exhibits' own order is the case's.
    std::stable_sort(exports->begin(), exports->end(), [](const auto& a, const auto& b) {
        return a.exhibit_label < b.exhibit_label;
    });
    for (const ChatExportView& view : *exports) {
        write_export(out, view);
        if (auto ended = out.end(); !ended) {
            return ended;
        }
    }
    if (auto written = write_accounts(file, out); !written) {
        return written;
    }
    const auto all = exhibits_by_label(file);
    if (!all) {
        return fail(all.error());
    }
    for (const ExhibitRecord& exhibit : *all) {
        if (auto written = write_conversations(file.database(), out, exhibit); !written) {
            return written;
        }
    }
    return {};
}

} // namespace rempart::casefile
