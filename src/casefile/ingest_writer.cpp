// SPDX-License-Identifier: Apache-2.0
#include "rempart/casefile/evidence.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "casefile/audited_change.hpp"
#include "casefile/content_index.hpp"
#include "casefile/database.hpp"
#include "casefile/exhibits.hpp"
#include "casefile/ingest_resume.hpp"
#include "casefile/ingest_statements.hpp"
#include "casefile/tallies.hpp"

namespace rempart::casefile {
namespace {

// A chat export is one transaction, but it need not be in memory whole: on PostgreSQL rows wait
// until they are flushed. Our choice: a few MiB.
constexpr std::uint64_t kMessagesPerFlush = 10'000;

// A server that has no figures yet of tables that just grew would read all of one to find a few
// rows. Whatever the ingest asks for in its transaction is few rows, and has an index.
Result<void> lead_by_indexes(Database& database) {
    return database.dialect() == Dialect::postgres
               ? database.exec("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; "
                               "SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off")
               : Result<void>();
}

} // namespace

struct IngestWriter::State {
    Database* database = nullptr;
    RowId exhibit = 0;
    std::string exhibit_label, purpose;
    std::uint64_t next_seq = 0, first_uncommitted = 0;
    ResumeRecord resume;
    IngestStatements sql;
    LastRows last;
    ContentIndex contents;
    Tallies tallies;
    std::vector<HitRecord> hits; ///< Of this transaction: refer to contents.
    std::optional<AuditedChange> change; ///< The transaction, and the record that goes with it.
    RowSealer sealer;
    std::uint64_t unflushed_messages = 0;
    std::function<Result<void>(Database&)> at_begin, at_commit;
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
        if (!change) {
            return begin();
        }
        if (!database->in_transaction()) {
            return fail(Errc::io, "case database: the transaction was rolled back");
        }
        return {};
    }

    Result<void> begin() {
        auto begun = AuditedChange::begin(*database, AuditAct::ingest_commit);
        if (!begun) {
            return fail(std::move(begun).error());
        }
        if (auto may = at_begin ? at_begin(*database) : Result<void>(); !may) {
            return may;
        }
        if (auto led = lead_by_indexes(*database); !led) {
            return led;
        }
        change.emplace(std::move(*begun));
        first_uncommitted = next_seq;
        auto rows = sql.last_rows(); // within: nobody else adds any until the commit
        if (!rows) {
            return fail(std::move(rows).error());
        }
        last = *rows;
        return {};
    }

    void roll_back() {
        change.reset();
        sealer.clear();
        end();
    }

    void end() {
        contents.clear();
        tallies.clear();
    }

    Result<RowId> insert_content(const ContentRecord& content);
    Result<void> count_item(const ItemRecord& item);
    Result<void> insert_facts(RowId id, const ContentRecord& content);
    Result<void> complete(RowId row, const ContentRecord& content);
    Result<void> count_completed(const StoredContent& was, const ContentRecord& content);
    Result<void> insert_item(const ItemRecord& item);
    Result<void> insert_hits();
    Result<void> insert_message(const MessageRecord& record);
    Result<void> check_export_seq(std::uint64_t item_seq) const;
    Result<void> finish();

    /// One row into a table and into its seal.
    template <typename... Values>
    Result<void> insert(Inserter& into, SealedTable table, RowId key, const Values&... values) {
        sealer.add(table, key, values...);
        return into.row(values...);
    }
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

Result<IngestWriter> IngestWriter::open(Case& file, RowId exhibit, std::uint64_t part) {
    Database& database = file.database();
    if (database.in_transaction()) {
        return fail(Errc::invalid_argument, "the case is being written to already");
    }
    auto state = std::make_unique<State>();
    bool known = false;
    auto read = database.each(
        "SELECT label FROM exhibits WHERE id = $1",
        [&](Row& row) -> Result<void> {
            known = row.take(state->exhibit_label);
            return {};
        },
        exhibit);
    if (!read) {
        return fail(std::move(read).error());
    }
    if (!known) {
        return fail(Errc::invalid_argument, "the case has no such exhibit");
    }
    auto resume = read_resume_point(database, exhibit, part);
    if (!resume) {
        return fail(std::move(resume).error());
    }
    state->database = &database;
    state->exhibit = exhibit;
    state->purpose = database.purpose();
    state->next_seq = resume->next_seq;
    state->resume = *resume;
    auto statements = IngestStatements::prepare(database);
    if (!statements) {
        return fail(std::move(statements).error());
    }
    state->sql = std::move(*statements);
    auto contents = ContentIndex::prepare(database, exhibit);
    if (!contents) {
        return fail(std::move(contents).error());
    }
    state->contents = std::move(*contents);
    return IngestWriter(std::move(state));
}

ResumeRecord IngestWriter::resume_point() const {
    return state_->resume;
}

std::uint64_t IngestWriter::next_seq() const {
    return state_->next_seq;
}

void IngestWriter::at_begin(std::function<Result<void>(Database&)> check) {
    state_->at_begin = std::move(check);
}

void IngestWriter::at_commit(std::function<Result<void>(Database&)> work) {
    state_->at_commit = std::move(work);
}

Result<void> IngestWriter::look_up(std::span<const std::array<std::byte, 32>> digests) {
    return state_->guarded([&] { return state_->contents.look_up(digests); });
}

Result<std::optional<RowId>> IngestWriter::find_content(std::span<const std::byte, 32> sha256) {
    audit::Hash key{};
    std::copy(sha256.begin(), sha256.end(), key.begin());
    return state_->guarded([&]() -> Result<std::optional<RowId>> {
        const auto found = state_->contents.find(key);
        if (!found) {
            return fail(found.error());
        }
        return *found == nullptr ? std::nullopt : std::optional<RowId>((*found)->id);
    });
}

Result<RowId> IngestWriter::State::insert_content(const ContentRecord& content) {
    const auto known = contents.find(content.sha256);
    if (!known) {
        return fail(known.error());
    }
    if (*known != nullptr) {
        return fail(Errc::invalid_argument, "the content is stored already");
    }
    const RowId id = ++last.content;
    if (auto added = insert(sql.content, SealedTable::contents, id, id, content.sha256,
                            content.sha1, content.md5, content.size_bytes, content.type,
                            content.mime, content.family, content.media_error);
        !added) {
        return fail(std::move(added).error());
    }
    contents.add(content.sha256,
                 {.id = id,
                  .size_bytes = content.size_bytes,
                  .is_picture = content.family == "picture",
                  .error_code = content.media_error ? std::string(name(content.media_error->code))
                                                    : std::string(),
                  .partial_reason = content.picture ? content.picture->partial_reason
                                                    : std::string()});
    if (auto facts = insert_facts(id, content); !facts) {
        return fail(std::move(facts).error());
    }
    return id;
}

Result<void> IngestWriter::State::insert_facts(RowId id, const ContentRecord& content) {
    if (content.picture) {
        const PictureRecord& picture = *content.picture;
        if (auto added = insert(sql.picture, SealedTable::pictures, id, id, picture.format,
                                picture.width, picture.height, picture.frames,
                                picture.exif_orientation, picture.partial_reason);
            !added) {
            return added;
        }
    }
    for (std::size_t i = 0; i < content.fingerprints.size(); ++i) {
        const FingerprintRecord& print = content.fingerprints[i];
        if (auto added =
                insert(sql.fingerprint, SealedTable::fingerprints, id, id, i, print.algorithm,
                       print.variant, print.quality, print.value, print.orientations);
            !added) {
            return added;
        }
    }
    for (const MetadataRecord& field : content.metadata) {
        sealer.add(SealedTable::metadata, id, id, field.name, field.value);
        if (auto added = sql.metadata.row(++last.metadata, id, field.name, field.value); !added) {
            return added;
        }
    }
    return content.thumbnail.empty()
               ? Result<void>()
               : insert(sql.thumbnail, SealedTable::thumbnails, id, id, content.thumbnail);
}

Result<RowId> IngestWriter::add_content(const ContentRecord& content) {
    return state_->guarded([&] { return state_->insert_content(content); });
}

// The content was sealed without its facts when it was stored: each of its units changes.
Result<void> IngestWriter::State::complete(RowId row, const ContentRecord& content) {
    const auto found = contents.find(row);
    if (!found) {
        return fail(found.error());
    }
    if (*found == nullptr || (*found)->error_code != name(Errc::skipped)) {
        return {};
    }
    const StoredContent was = **found;
    if (auto flushed = sql.flush(); !flushed) { // it may be of this very transaction
        return flushed;
    }
    for (const SealedTable table :
         {SealedTable::contents, SealedTable::pictures, SealedTable::fingerprints,
          SealedTable::metadata, SealedTable::thumbnails}) {
        if (auto touched = change->touch(table, row); !touched) {
            return touched;
        }
    }
    if (auto done = sql.complete.run(content.media_error, row); !done) {
        return done;
    }
    RowSealer unsealed; // what is written now is told as a change, not as new rows
    std::swap(unsealed, sealer);
    auto facts = insert_facts(row, content);
    std::swap(unsealed, sealer);
    if (facts) {
        facts = sql.flush();
    }
    return facts ? count_completed(was, content) : facts;
}

Result<void> IngestWriter::State::count_completed(const StoredContent& was,
                                                  const ContentRecord& content) {
    StoredContent now = was;
    now.error_code = content.media_error ? name(content.media_error->code) : "";
    now.partial_reason = content.picture ? content.picture->partial_reason : "";
    contents.change(now);
    return tallies.completed(*database, was, now);
}

Result<void> IngestWriter::complete_content(RowId row, const ContentRecord& content) {
    return state_->guarded([&]() -> Result<void> {
        if (content.media_error && content.media_error->code == Errc::skipped) {
            return {};
        }
        return state_->complete(row, content);
    });
}

Result<void> IngestWriter::State::insert_item(const ItemRecord& item) {
    if (item.seq != next_seq) {
        return fail(Errc::invalid_argument,
                    fmt::format("item {} was given where {} is the next", item.seq, next_seq));
    }
    // Before its row is there: whether the exhibit has seen its content is asked for here.
    if (auto counted = count_item(item); !counted) {
        return counted;
    }
    const RowId id = ++last.item;
    if (auto added = insert(sql.item, SealedTable::items, id, id, exhibit, item.seq,
                            item.parent_seq, item.path, item.stream, item.kind, item.state,
                            item.recovery, item.size_bytes, item.created, item.modified,
                            item.accessed, item.changed, item.error, item.content);
        !added) {
        return added;
    }
    for (std::size_t i = 0; i < item.unread.size(); ++i) {
        if (auto added = insert(sql.unread, SealedTable::item_unread, id, id, i,
                                item.unread[i].offset_bytes, item.unread[i].size_bytes);
            !added) {
            return added;
        }
    }
    ++next_seq;
    return {};
}

Result<void> IngestWriter::State::count_item(const ItemRecord& item) {
    tallies.item(exhibit, item.error);
    if (!item.content) {
        return {};
    }
    const auto content = contents.find(*item.content);
    if (!content) {
        return fail(content.error());
    }
    if (*content == nullptr) {
        return fail(Errc::invalid_argument, "the item's content is not stored");
    }
    tallies.content(exhibit, **content, contents.is_new(**content));
    (*content)->is_seen_here = true;
    return {};
}

Result<void> IngestWriter::add_item(const ItemRecord& item) {
    return state_->guarded([&] { return state_->insert_item(item); });
}

Result<void> IngestWriter::add_hits(std::span<const HitRecord> hits) {
    return state_->guarded([&]() -> Result<void> {
        state_->hits.insert(state_->hits.end(), hits.begin(), hits.end());
        return {};
    });
}

Result<void> IngestWriter::State::insert_hits() {
    const RowId last_before = last.hit;
    for (const HitRecord& hit : hits) {
        const RowId id = last.hit + 1;
        const auto added =
            sql.hit.scalar(id, hit.content, hit.list, hit.entry, hit.match, hit.algorithm,
                           hit.variant, hit.distance, hit.orientation);
        if (!added) {
            return fail(added.error());
        }
        if (*added) { // else it is stored already
            last.hit = id;
            sealer.add(SealedTable::hits, id, hit.content, hit.list, hit.entry, hit.match,
                       hit.algorithm, hit.variant, hit.distance, hit.orientation);
        }
    }
    hits.clear();
    return last.hit > last_before ? tallies.hits(*database, last_before) : Result<void>();
}

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

Result<void> IngestWriter::add_chat_export(const ChatExportRecord& record) {
    return state_->guarded([&]() -> Result<void> {
        if (auto right = state_->check_export_seq(record.item_seq); !right) {
            return right;
        }
        for (const SealedTable table : {SealedTable::chat_exports, SealedTable::chat_rejects}) {
            if (auto touched = state_->change->touch(table, state_->exhibit); !touched) {
                return touched;
            }
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

Result<void> IngestWriter::State::finish() {
    if (auto flushed = sql.flush(); !flushed) {
        return flushed;
    }
    for (const auto& stored :
         {insert_hits(), contents.store(last.content), tallies.store(*database)}) {
        if (!stored) {
            return stored;
        }
    }
    if (at_commit) {
        if (auto done = at_commit(*database); !done) {
            return done;
        }
    }
    AuditEntry& entry = change->entry();
    entry.purpose = purpose;
    entry.subject = {{"exhibit", exhibit_label},
                     {"first_seq", std::to_string(first_uncommitted)},
                     {"items", std::to_string(next_seq - first_uncommitted)}};
    sealer.move_into(entry);
    return change->commit();
}

Result<void> IngestWriter::commit() {
    if (state_->failure) {
        return fail(*state_->failure);
    }
    if (!state_->change) {
        return {};
    }
    auto committed = state_->guarded([&] { return state_->finish(); });
    if (committed) {
        state_->change.reset();
        state_->end();
    }
    return committed;
}

Result<void> IngestWriter::finish_exhibit(const ExhibitRecord& exhibit) {
    if (auto updated = state_->guarded(
            [&] { return update_exhibit_row(*state_->database, *state_->change, exhibit); });
        !updated) {
        return updated;
    }
    return commit();
}

} // namespace rempart::casefile
