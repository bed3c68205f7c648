// SPDX-License-Identifier: Apache-2.0
// A list that is added, or taken over in a newer version: in one change, whole or not at all.
#include <algorithm>
#include <optional>
#include <utility>

#include "casefile/audited_change.hpp"
#include "casefile/database.hpp"
#include "casefile/entry_acts.hpp"
#include "casefile/list_rows.hpp"
#include "casefile/row_seal.hpp"
#include "rempart/casefile/lists.hpp"

namespace rempart::casefile {
namespace {

// What waits for its way into the table: our choice, a few MiB.
constexpr std::uint64_t kEntriesPerFlush = 20'000;

/// The rows of the hashes of some entries, in one pass over the list. \pre sorted
Result<EntryRows> rows_of_many(Database& database, RowId list,
                               std::span<const std::uint64_t> entries) {
    EntryRows rows;
    auto read = database.each(
        "SELECT entry, id FROM list_entries WHERE list_id = $1 ORDER BY id",
        [&](Row& row) -> Result<void> {
            std::uint64_t entry = 0;
            RowId id = 0;
            if (!row.take(entry, id)) {
                return Row::damaged();
            }
            if (std::ranges::binary_search(entries, entry)) {
                rows[entry].push_back(id);
            }
            return {};
        },
        list);
    return read ? Result<EntryRows>(std::move(rows)) : fail(std::move(read).error());
}

} // namespace

struct ListWriter::State {
    Database* database;
    AuditedChange change;
    Inserter insert;
    Inserter insert_frame;
    RowId list;
    std::string name;     ///< For the log.
    RowId last_entry = 0; ///< Entries are numbered here: asking costs as much as the row.
    RowSealer sealer;
    std::optional<Error> failure;
    std::uint64_t unflushed = 0;

    [[nodiscard]] static Result<std::unique_ptr<State>>
    begin(Database& database, AuditedChange change, RowId list, const std::string& name);
    /// Rows that others refer to first.
    Result<void> flush() {
        auto flushed = insert.flush();
        return flushed ? insert_frame.flush() : flushed;
    }
    Result<RowId> commit();
    Result<void> put_version(const ListVersionRecord& version);
    Result<void> switch_entries(std::span<const std::uint64_t> entries, EntryAct act,
                                const std::string& reason);
    Result<void> return_entries(std::span<const std::uint64_t> entries, const std::string& reason);
};

Result<std::unique_ptr<ListWriter::State>> ListWriter::State::begin(Database& database,
                                                                    AuditedChange change,
                                                                    RowId list,
                                                                    const std::string& name) {
    const auto last_entry = database.scalar("SELECT max(id) FROM list_entries");
    if (!last_entry) {
        return fail(last_entry.error());
    }
    auto insert =
        database.inserter("list_entries", "id, list_id, algorithm, value, entry, label, category");
    auto insert_frame = database.inserter("list_frames", "entry_id, from_ms, to_ms");
    if (!insert || !insert_frame) {
        return fail(insert ? insert_frame.error() : insert.error());
    }
    return std::make_unique<State>(State{.database = &database,
                                         .change = std::move(change),
                                         .insert = std::move(*insert),
                                         .insert_frame = std::move(*insert_frame),
                                         .list = list,
                                         .name = name,
                                         .last_entry = last_entry->value_or(0),
                                         .sealer = {},
                                         .failure = std::nullopt});
}

ListWriter::ListWriter(std::unique_ptr<State> state) : state_(std::move(state)) {
}
ListWriter::ListWriter(ListWriter&&) noexcept = default;
ListWriter& ListWriter::operator=(ListWriter&&) noexcept = default;
ListWriter::~ListWriter() = default;

Result<ListWriter> ListWriter::begin(Case& file, const ListRecord& list) {
    Database& database = file.database();
    auto change = AuditedChange::begin(database, AuditAct::list_added);
    if (!change) {
        return fail(std::move(change).error());
    }
    const auto taken = database.scalar("SELECT id FROM lists WHERE name = $1", list.name);
    if (!taken) {
        return fail(taken.error());
    }
    if (*taken) {
        return fail(Errc::invalid_argument, "the case has a list of that name already");
    }
    const auto id = database.scalar(
        "INSERT INTO lists (name, polarity, scheme, format, source_name, source_sha256, radius, "
        "records, hashes, empty_file_hashes, added_us, added_kind) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, 0, 0, 0, $8, $9) RETURNING id",
        list.name, list.polarity, list.scheme, list.format, list.source_name, list.source_sha256,
        list.radius, list.added);
    if (!id) {
        return fail(id.error());
    }
    auto state = State::begin(database, std::move(*change), id->value_or(0), list.name);
    return state ? Result<ListWriter>(ListWriter(std::move(*state)))
                 : fail(std::move(state).error());
}

Result<ListWriter> ListWriter::extend(Case& file, const std::string& name) {
    Database& database = file.database();
    auto change = AuditedChange::begin(database, AuditAct::list_updated);
    if (!change) {
        return fail(std::move(change).error());
    }
    const auto list = list_named(database, name);
    if (!list) {
        return fail(list.error());
    }
    auto state = State::begin(database, std::move(*change), *list, name);
    return state ? Result<ListWriter>(ListWriter(std::move(*state)))
                 : fail(std::move(state).error());
}

RowId ListWriter::list() const {
    return state_->list;
}

Result<RowId> ListWriter::add(const ListEntryRecord& entry) {
    if (state_->failure) {
        return fail(*state_->failure);
    }
    const RowId id = state_->last_entry + 1;
    auto added = state_->insert.row(id, state_->list, entry.algorithm, entry.value, entry.entry,
                                    entry.label, entry.category);
    if (added && entry.frame_ms) {
        const auto& [from_ms, to_ms] = *entry.frame_ms;
        added = state_->insert_frame.row(id, from_ms, to_ms);
        state_->sealer.add(SealedTable::list_frames, id, id, from_ms, to_ms);
    }
    if (added && ++state_->unflushed % kEntriesPerFlush == 0) {
        added = state_->flush();
    }
    if (!added) { // the transaction may be gone: nothing may follow a lost entry
        state_->failure = added.error();
        return fail(std::move(added).error());
    }
    state_->last_entry = id;
    state_->sealer.add(SealedTable::list_entries, id, id, state_->list, entry.algorithm,
                       entry.value, entry.entry, entry.label, entry.category);
    return id;
}

/// Seals what was added last, because all else of the change is sealed when it is written.
Result<RowId> ListWriter::State::commit() {
    sealer.move_into(change.entry());
    if (auto committed = change.commit(); !committed) {
        return fail(std::move(committed).error());
    }
    return list;
}

Result<RowId> ListWriter::finish(const ListRecord& counts, std::span<const ListFileRecord> files) {
    if (state_->failure) {
        return fail(*state_->failure);
    }
    auto done = state_->flush();
    if (done) {
        done = state_->database->run(
            "UPDATE lists SET scheme = COALESCE(NULLIF($1, ''), scheme), "
            "format = COALESCE(NULLIF($2, ''), format), "
            "source_name = COALESCE(NULLIF($3, ''), source_name), "
            "source_sha256 = COALESCE(NULLIF($4, ''), source_sha256), "
            "records = $5, hashes = $6, empty_file_hashes = $7 WHERE id = $8",
            counts.scheme, counts.format, counts.source_name, counts.source_sha256, counts.records,
            counts.hashes, counts.empty_file_hashes, state_->list);
    }
    if (done) {
        done = state_->change.seal(SealedTable::lists, state_->list);
    }
    if (done) {
        done = put_list_files(*state_->database, state_->list, files);
    }
    if (done) {
        done = note_list_due(*state_->database, state_->list, 0);
    }
    if (!done) {
        return fail(std::move(done).error());
    }
    state_->change.entry().subject = {{"list", state_->name},
                                      {"source_sha256", counts.source_sha256}};
    return state_->commit();
}

Result<void> ListWriter::State::put_version(const ListVersionRecord& version) {
    const auto row = database->scalar(
        "INSERT INTO list_versions (list_id, format, source_name, source_sha256, first_entry, "
        "records, hashes, kept, added, withdrawn, returned, added_us, added_kind) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) RETURNING id",
        list, version.format, version.source_name, version.source_sha256, version.first_entry,
        version.records, version.hashes, version.kept, version.added, version.withdrawn,
        version.returned, version.taken);
    if (!row) {
        return fail(row.error());
    }
    auto noted = note_list_due(*database, list, row->value_or(0));
    return noted ? change.seal(SealedTable::list_versions, row->value_or(0)) : noted;
}

Result<void> ListWriter::State::switch_entries(std::span<const std::uint64_t> entries, EntryAct act,
                                               const std::string& reason) {
    if (entries.empty()) {
        return {};
    }
    const auto rows = rows_of_many(*database, list, entries);
    if (!rows) {
        return fail(rows.error());
    }
    std::vector<ActRow> acts;
    for (const auto& [entry, hashes] : *rows) {
        acts.push_back({list, entry, act, reason});
    }
    return store_acts(*database, change, *rows, acts);
}

/// What was in quarantine when it was withdrawn is in quarantine again: only a person releases it.
Result<void> ListWriter::State::return_entries(std::span<const std::uint64_t> entries,
                                               const std::string& reason) {
    std::vector<std::uint64_t> enabled, quarantined;
    for (const std::uint64_t entry : entries) {
        const auto was = database->scalar(
            "SELECT CASE WHEN act = 'quarantined' THEN 1 ELSE 0 END FROM entry_acts "
            "WHERE list_id = $1 AND entry = $2 AND act <> 'withdrawn' ORDER BY id DESC LIMIT 1",
            list, entry);
        if (!was) {
            return fail(was.error());
        }
        (was->value_or(0) == 1 ? quarantined : enabled).push_back(entry);
    }
    auto done = switch_entries(enabled, EntryAct::enabled, reason);
    return done ? switch_entries(quarantined, EntryAct::quarantined, reason) : done;
}

Result<RowId> ListWriter::finish_version(const ListVersionRecord& version,
                                         std::span<const std::uint64_t> withdrawn,
                                         std::span<const std::uint64_t> returned) {
    if (state_->failure) {
        return fail(*state_->failure);
    }
    const std::string reason = "the version with the SHA-256 " + version.source_sha256;
    auto done = state_->flush();
    if (done) {
        done = state_->put_version(version);
    }
    if (done) {
        done = state_->switch_entries(withdrawn, EntryAct::withdrawn, "not in " + reason);
    }
    if (done) {
        done = state_->return_entries(returned, "again in " + reason);
    }
    if (done) {
        done = forget_list_files(*state_->database, state_->list);
    }
    if (!done) {
        return fail(std::move(done).error());
    }
    state_->change.entry().subject = {{"list", state_->name},
                                      {"source_sha256", version.source_sha256},
                                      {"added", std::to_string(version.added)},
                                      {"withdrawn", std::to_string(version.withdrawn)},
                                      {"returned", std::to_string(version.returned)}};
    return state_->commit();
}

} // namespace rempart::casefile
