// SPDX-License-Identifier: Apache-2.0
// The part of IngestWriter that writes the rows of a chat export.
#include <cassert>
#include <utility>

#include <fmt/format.h>

#include "casefile/ingest_writer_state.hpp"

namespace rempart::casefile {
namespace {

// A chat export is one transaction, but it need not be in memory whole: on PostgreSQL rows wait
// until they are flushed. Our choice: a few MiB.
constexpr std::uint64_t kMessagesPerFlush = 10'000;

} // namespace

// Rows of a chat export belong to its item, which comes next: any other number would leave them
// without one.
Result<void> IngestWriter::State::check_export_seq(std::uint64_t item_seq) const {
    if (item_seq != next_seq) {
        return fail(Errc::invalid_argument,
                    fmt::format("a chat record of item {} was given while item {} is the next",
                                item_seq, next_seq));
    }
    return {};
}

Result<RowId> IngestWriter::add_conversation(const ConversationRecord& record) {
    return state_->guarded([&]() -> Result<RowId> {
        if (auto right = state_->check_export_seq(record.item_seq); !right) {
            return fail(std::move(right).error());
        }
        const RowId id = ++state_->last.conversation;
        state_->sealer.add(SealedTable::conversations, id, state_->exhibit, record.item_seq,
                           record.platform, record.native_id, record.kind, record.title);
        auto added =
            state_->sql.conversation.run(id, state_->exhibit, record.item_seq, record.platform,
                                         record.native_id, record.kind, record.title);
        if (!added) {
            return fail(std::move(added).error());
        }
        return id;
    });
}

Result<void> IngestWriter::add_account(const AccountRecord& record) {
    return state_->guarded([&]() -> Result<void> {
        if (auto right = state_->check_export_seq(record.item_seq); !right) {
            return right;
        }
        if (auto touched = state_->change->touch(SealedTable::accounts, state_->exhibit);
            !touched) {
            return touched;
        }
        return state_->sql.account.run(state_->exhibit, record.item_seq, record.platform,
                                       record.native_id, record.name, record.is_owner);
    });
}

Result<void> IngestWriter::State::insert_message(const MessageRecord& record) {
    if (auto right = check_export_seq(record.item_seq); !right) {
        return right;
    }
    const RowId id = ++last.message;
    if (auto added =
            insert(sql.message, SealedTable::messages, id, id, record.conversation, record.ordinal,
                   record.native_id, record.kind, record.sender_id, record.sender_name, record.body,
                   record.sent_raw, record.edited_raw, record.sent_utc, record.sent_local,
                   record.edited_utc, record.reply_to, record.forwarded_from, record.service_action,
                   record.members_json, record.extra_json, record.raw_offset, record.raw_size);
        !added) {
        return added;
    }
    for (std::size_t i = 0; i < record.attachments.size(); ++i) {
        const AttachmentRecord& file = record.attachments[i];
        sealer.add(SealedTable::attachments, id, id, i, file.claimed_path, file.resolved_path,
                   file.name, file.mime, file.status, file.role, file.size_bytes);
        if (auto added = sql.attachment.row(++last.attachment, id, i, file.claimed_path,
                                            file.resolved_path, file.name, file.mime, file.status,
                                            file.role, file.size_bytes, file.content);
            !added) {
            return added;
        }
    }
    tallies.message(exhibit);
    return ++unflushed_messages % kMessagesPerFlush == 0 ? sql.flush() : Result<void>();
}

Result<void> IngestWriter::add_message(const MessageRecord& record) {
    return state_->guarded([&] { return state_->insert_message(record); });
}

Result<void> IngestWriter::State::insert_chat_export(const ChatExportRecord& record) {
    if (auto right = check_export_seq(record.item_seq); !right) {
        return right;
    }
    assert(change); // guarded() began it
    for (const SealedTable table : {SealedTable::chat_exports, SealedTable::chat_rejects}) {
        if (auto touched = change->touch(table, exhibit); !touched) {
            return touched;
        }
    }
    if (auto added = sql.chat_export.run(exhibit, record.item_seq, record.format, record.parsed,
                                         record.rejected, record.skipped, record.repairs,
                                         record.truncated, record.known_losses_json);
        !added) {
        return added;
    }
    for (std::size_t i = 0; i < record.reject_reasons.size(); ++i) {
        if (auto added = sql.chat_reject.run(exhibit, record.item_seq, i, record.reject_reasons[i]);
            !added) {
            return added;
        }
    }
    return {};
}

Result<void> IngestWriter::add_chat_export(const ChatExportRecord& record) {
    return state_->guarded([&] { return state_->insert_chat_export(record); });
}

} // namespace rempart::casefile
