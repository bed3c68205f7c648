// SPDX-License-Identifier: Apache-2.0
#include "rempart/casefile/evidence.hpp"

#include <cassert>
#include <utility>

#include <fmt/format.h>

#include "casefile/database.hpp"
#include "casefile/ingest_statements.hpp"
#include "casefile/search.hpp"

namespace rempart::casefile {
namespace {

// What an unfinished run left of a chat export: its item was never committed.
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

} // namespace

struct IngestWriter::State {
    Database* database = nullptr;
    RowId exhibit = 0;
    std::uint64_t next_seq = 0;
    IngestStatements sql;
    bool has_uncommitted = false;
    std::optional<Error> failure; ///< The first one: after it nothing is written any more.

    // Every writing call goes through here. A failed write may have undone the whole transaction,
    // so what follows it could be stored without what preceded: the writer is finished then.
    template <typename Work>
    auto guarded(Work&& work) -> decltype(work()) {
        if (failure) {
            return fail(*failure);
        }
        if (auto ready = ensure_transaction(); !ready) {
            failure = ready.error();
            return fail(*failure);
        }
        auto result = work();
        if (!result) {
            failure = result.error();
        }
        return result;
    }

    Result<void> ensure_transaction() {
        if (!has_uncommitted) {
            auto begun = database->exec("BEGIN IMMEDIATE");
            has_uncommitted = begun.has_value();
            return begun;
        }
        if (!database->in_transaction()) {
            return fail(Errc::io, "case database: the transaction was rolled back");
        }
        return {};
    }

    void roll_back() {
        if (has_uncommitted && database->in_transaction()) {
            static_cast<void>(database->exec("ROLLBACK"));
        }
        has_uncommitted = false;
    }

    Result<RowId> insert_content(const ContentRecord& content);
    Result<void> insert_facts(RowId id, const ContentRecord& content);
    Result<void> insert_item(const ItemRecord& item);
    Result<void> insert_message(const MessageRecord& record);
    Result<void> check_export_seq(std::uint64_t item_seq) const;
};

IngestWriter::IngestWriter(std::unique_ptr<State> state) : state_(std::move(state)) {
}
IngestWriter::IngestWriter(IngestWriter&&) noexcept = default;
IngestWriter& IngestWriter::operator=(IngestWriter&& other) noexcept {
    if (this != &other) {
        if (state_) {
            state_->roll_back();
        }
        state_ = std::move(other.state_);
    }
    return *this;
}
IngestWriter::~IngestWriter() {
    if (state_) {
        state_->roll_back();
    }
}

Result<IngestWriter> IngestWriter::open(Case& file, RowId exhibit) {
    Database& database = file.database();
    if (database.in_transaction()) {
        return fail(Errc::invalid_argument, "the case is being written to already");
    }
    const auto known = database.scalar("SELECT id FROM exhibits WHERE id = $1", exhibit);
    if (!known) {
        return fail(known.error());
    }
    if (!*known) {
        return fail(Errc::invalid_argument, "the case has no such exhibit");
    }
    const auto next =
        database.scalar("SELECT max(seq) + 1 FROM items WHERE exhibit_id = $1", exhibit);
    if (!next) {
        return fail(next.error());
    }
    auto state = std::make_unique<State>();
    state->database = &database;
    state->exhibit = exhibit;
    state->next_seq = static_cast<std::uint64_t>(next->value_or(0));
    if (auto forgotten = forget_unfinished(database, exhibit, state->next_seq); !forgotten) {
        return fail(std::move(forgotten).error());
    }
    auto statements = IngestStatements::prepare(database);
    if (!statements) {
        return fail(std::move(statements).error());
    }
    state->sql = std::move(*statements);
    return IngestWriter(std::move(state));
}

std::uint64_t IngestWriter::next_seq() const {
    return state_->next_seq;
}

Result<std::optional<RowId>> IngestWriter::find_content(std::span<const std::byte, 32> sha256) {
    if (state_->failure) {
        return fail(*state_->failure);
    }
    return state_->sql.find_content.scalar(ByteView(sha256));
}

Result<RowId> IngestWriter::State::insert_content(const ContentRecord& content) {
    const auto id =
        sql.content.scalar(content.sha256, content.sha1, content.md5, content.size_bytes,
                           content.type, content.mime, content.family, content.media_error);
    if (!id) {
        return fail(id.error());
    }
    if (auto facts = insert_facts(id->value(), content); !facts) {
        return fail(std::move(facts).error());
    }
    return id->value();
}

Result<void> IngestWriter::State::insert_facts(RowId id, const ContentRecord& content) {
    if (content.picture) {
        const PictureRecord& picture = *content.picture;
        if (auto added =
                sql.picture.run(id, picture.format, picture.width, picture.height, picture.frames,
                                picture.exif_orientation, picture.partial_reason);
            !added) {
            return added;
        }
    }
    for (std::size_t i = 0; i < content.fingerprints.size(); ++i) {
        const FingerprintRecord& print = content.fingerprints[i];
        if (auto added = sql.fingerprint.run(id, i, print.algorithm, print.variant, print.quality,
                                             print.value, print.orientations);
            !added) {
            return added;
        }
    }
    for (const MetadataRecord& field : content.metadata) {
        if (auto added = sql.metadata.run(id, field.name, field.value); !added) {
            return added;
        }
    }
    return content.thumbnail.empty() ? Result<void>() : sql.thumbnail.run(id, content.thumbnail);
}

Result<RowId> IngestWriter::add_content(const ContentRecord& content) {
    return state_->guarded([&] { return state_->insert_content(content); });
}

Result<void> IngestWriter::State::insert_item(const ItemRecord& item) {
    if (item.seq != next_seq) {
        return fail(Errc::invalid_argument,
                    fmt::format("item {} was given where {} is the next", item.seq, next_seq));
    }
    const auto id =
        sql.item.scalar(exhibit, item.seq, item.parent_seq, item.path, item.stream, item.kind,
                        item.state, item.recovery, item.size_bytes, item.created, item.modified,
                        item.accessed, item.changed, item.error, item.content);
    if (!id) {
        return fail(id.error());
    }
    for (std::size_t i = 0; i < item.unread.size(); ++i) {
        if (auto added = sql.unread.run(id->value(), i, item.unread[i].offset_bytes,
                                        item.unread[i].size_bytes);
            !added) {
            return added;
        }
    }
    ++next_seq;
    return {};
}

Result<void> IngestWriter::add_item(const ItemRecord& item) {
    return state_->guarded([&] { return state_->insert_item(item); });
}

Result<void> IngestWriter::add_hits(std::span<const HitRecord> hits) {
    return state_->guarded([&]() -> Result<void> {
        for (const HitRecord& hit : hits) {
            if (auto added = insert_hit(state_->sql.hit, hit); !added) {
                return added;
            }
        }
        return {};
    });
}

// Rows of a chat export are found again by the number of its item when an unfinished run is
// cleaned up: any other number would leave them behind.
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
        const auto id =
            state_->sql.conversation.scalar(state_->exhibit, record.item_seq, record.platform,
                                            record.native_id, record.kind, record.title);
        if (!id) {
            return fail(id.error());
        }
        return id->value();
    });
}

Result<void> IngestWriter::add_account(const AccountRecord& record) {
    return state_->guarded([&]() -> Result<void> {
        if (auto right = state_->check_export_seq(record.item_seq); !right) {
            return right;
        }
        return state_->sql.account.run(state_->exhibit, record.item_seq, record.platform,
                                       record.native_id, record.name, record.is_owner);
    });
}

Result<void> IngestWriter::State::insert_message(const MessageRecord& record) {
    if (auto right = check_export_seq(record.item_seq); !right) {
        return right;
    }
    const auto id = sql.message.scalar(
        record.conversation, record.ordinal, record.native_id, record.kind, record.sender_id,
        record.sender_name, record.body, record.sent_raw, record.edited_raw, record.sent_utc,
        record.sent_local, record.edited_utc, record.reply_to, record.forwarded_from,
        record.service_action, record.members_json, record.extra_json, record.raw_offset,
        record.raw_size);
    if (!id) {
        return fail(id.error());
    }
    for (std::size_t i = 0; i < record.attachments.size(); ++i) {
        const AttachmentRecord& file = record.attachments[i];
        if (auto added = sql.attachment.run(id->value(), i, file.claimed_path, file.resolved_path,
                                            file.name, file.mime, file.status, file.role,
                                            file.size_bytes, file.content);
            !added) {
            return added;
        }
    }
    return {};
}

Result<void> IngestWriter::add_message(const MessageRecord& record) {
    return state_->guarded([&] { return state_->insert_message(record); });
}

Result<void> IngestWriter::add_chat_export(const ChatExportRecord& record) {
    return state_->guarded([&]() -> Result<void> {
        if (auto right = state_->check_export_seq(record.item_seq); !right) {
            return right;
        }
        if (auto added = state_->sql.chat_export.run(
                state_->exhibit, record.item_seq, record.format, record.parsed, record.rejected,
                record.skipped, record.repairs, record.truncated, record.known_losses_json);
            !added) {
            return added;
        }
        for (std::size_t i = 0; i < record.reject_reasons.size(); ++i) {
            if (auto added = state_->sql.chat_reject.run(state_->exhibit, record.item_seq, i,
                                                         record.reject_reasons[i]);
                !added) {
                return added;
            }
        }
        return {};
    });
}

Result<void> IngestWriter::commit() {
    if (state_->failure) {
        return fail(*state_->failure);
    }
    if (!state_->has_uncommitted) {
        return {};
    }
    auto committed = state_->guarded([&] { return state_->database->exec("COMMIT"); });
    if (committed) {
        state_->has_uncommitted = false;
    }
    return committed;
}

} // namespace rempart::casefile
