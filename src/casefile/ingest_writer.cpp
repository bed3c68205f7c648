// SPDX-License-Identifier: Apache-2.0
#include "rempart/casefile/evidence.hpp"

#include <cassert>
#include <utility>

#include <fmt/format.h>

#include "casefile/database.hpp"
#include "casefile/exhibits.hpp"
#include "casefile/ingest_resume.hpp"
#include "casefile/ingest_statements.hpp"
#include "rempart/core/hex.hpp"

namespace rempart::casefile {
struct IngestWriter::State {
    Database* database = nullptr;
    RowId exhibit = 0;
    std::uint64_t next_seq = 0;
    ResumeRecord resume;
    IngestStatements sql;
    LastRows last;
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
            return begin();
        }
        if (!database->in_transaction()) {
            return fail(Errc::io, "case database: the transaction was rolled back");
        }
        return {};
    }

    Result<void> begin() {
        if (auto begun = database->exec("BEGIN IMMEDIATE"); !begun) {
            return begun;
        }
        has_uncommitted = true;
        auto rows = sql.last_rows(); // after BEGIN: nobody else adds any until the commit
        if (!rows) {
            return fail(std::move(rows).error());
        }
        last = *rows;
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
    auto resume = read_resume_point(database, exhibit);
    if (!resume) {
        return fail(std::move(resume).error());
    }
    auto state = std::make_unique<State>();
    state->database = &database;
    state->exhibit = exhibit;
    state->next_seq = resume->next_seq;
    state->resume = *resume;
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

ResumeRecord IngestWriter::resume_point() const {
    return state_->resume;
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
    const RowId id = last.content + 1;
    if (auto added =
            sql.content.run(id, content.sha256, content.sha1, content.md5, content.size_bytes,
                            content.type, content.mime, content.family, content.media_error);
        !added) {
        return fail(std::move(added).error());
    }
    last.content = id;
    if (auto facts = insert_facts(id, content); !facts) {
        return fail(std::move(facts).error());
    }
    return id;
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

Result<void> IngestWriter::complete_content(RowId row, const ContentRecord& content) {
    return state_->guarded([&]() -> Result<void> {
        if (content.media_error && content.media_error->code == Errc::skipped) {
            return {};
        }
        const auto incomplete = state_->sql.complete.scalar(content.media_error, row);
        if (!incomplete) {
            return fail(incomplete.error());
        }
        return *incomplete ? state_->insert_facts(row, content) : Result<void>();
    });
}

Result<void> IngestWriter::State::insert_item(const ItemRecord& item) {
    if (item.seq != next_seq) {
        return fail(Errc::invalid_argument,
                    fmt::format("item {} was given where {} is the next", item.seq, next_seq));
    }
    const RowId id = last.item + 1;
    if (auto added =
            sql.item.run(id, exhibit, item.seq, item.parent_seq, item.path, item.stream, item.kind,
                         item.state, item.recovery, item.size_bytes, item.created, item.modified,
                         item.accessed, item.changed, item.error, item.content);
        !added) {
        return added;
    }
    last.item = id;
    for (std::size_t i = 0; i < item.unread.size(); ++i) {
        if (auto added =
                sql.unread.run(id, i, item.unread[i].offset_bytes, item.unread[i].size_bytes);
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

Result<std::vector<HitView>> IngestWriter::hits_of(RowId content) {
    std::vector<HitView> all;
    state_->sql.hits_of.start(content);
    auto read = state_->sql.hits_of.each([&](Row& row) -> Result<void> {
        HitView& view = all.emplace_back();
        HitRecord& hit = view.hit;
        Bytes sha256;
        if (!row.take(hit.content, hit.list, hit.entry, hit.match, hit.algorithm, hit.variant,
                      hit.distance, hit.orientation, sha256, view.list_name, view.polarity,
                      view.scheme, view.entry, view.entry_label, view.category)) {
            return Row::damaged();
        }
        view.sha256 = encode_hex(sha256);
        return {};
    });
    if (!read) {
        return fail(std::move(read).error());
    }
    return all;
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
    const RowId id = last.message + 1;
    if (auto added = sql.message.run(
            id, record.conversation, record.ordinal, record.native_id, record.kind,
            record.sender_id, record.sender_name, record.body, record.sent_raw, record.edited_raw,
            record.sent_utc, record.sent_local, record.edited_utc, record.reply_to,
            record.forwarded_from, record.service_action, record.members_json, record.extra_json,
            record.raw_offset, record.raw_size);
        !added) {
        return added;
    }
    last.message = id;
    for (std::size_t i = 0; i < record.attachments.size(); ++i) {
        const AttachmentRecord& file = record.attachments[i];
        if (auto added = sql.attachment.run(id, i, file.claimed_path, file.resolved_path, file.name,
                                            file.mime, file.status, file.role, file.size_bytes,
                                            file.content);
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

Result<void> IngestWriter::finish_exhibit(const ExhibitRecord& exhibit) {
    if (auto updated =
            state_->guarded([&] { return update_exhibit_row(*state_->database, exhibit); });
        !updated) {
        return updated;
    }
    return commit();
}

} // namespace rempart::casefile
