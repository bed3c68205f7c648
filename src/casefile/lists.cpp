// SPDX-License-Identifier: Apache-2.0
#include "rempart/casefile/lists.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "casefile/database.hpp"
#include "casefile/row_seal.hpp"

namespace rempart::casefile {
namespace {

// What waits for its way into the table: our choice, a few MiB.
constexpr std::uint64_t kEntriesPerFlush = 20'000;

constexpr std::string_view kEntryColumns =
    "n.id, n.algorithm, n.value, n.entry, n.label, n.category, f.from_ms, f.to_ms";

Result<void> put_list_files(Database& database, RowId list, std::span<const ListFileRecord> files) {
    for (const ListFileRecord& file : files) {
        auto stored =
            database.run("INSERT INTO list_files (list_id, algorithm, format, file_id) "
                         "VALUES ($1, $2, $3, $4) ON CONFLICT (list_id, algorithm) DO "
                         "UPDATE SET format = excluded.format, file_id = excluded.file_id",
                         list, file.algorithm, file.format, ByteView(file.id));
        if (!stored) {
            return stored;
        }
    }
    return {};
}

std::optional<std::pair<std::int64_t, std::int64_t>>
frame_of(const std::optional<std::int64_t>& from_ms, const std::optional<std::int64_t>& to_ms) {
    return from_ms && to_ms ? std::optional(std::pair(*from_ms, *to_ms)) : std::nullopt;
}

} // namespace

struct ListWriter::State {
    Database* database;
    Transaction transaction;
    Inserter insert;
    Inserter insert_frame;
    RowId list;
    std::string name, purpose; ///< For the log.
    RowId last_entry = 0;      ///< Entries are numbered here: asking costs as much as the row.
    RowSealer sealer;
    std::optional<Error> failure;
    std::uint64_t unflushed = 0;

    /// Rows that others refer to first.
    Result<void> flush() {
        auto flushed = insert.flush();
        return flushed ? insert_frame.flush() : flushed;
    }
};

ListWriter::ListWriter(std::unique_ptr<State> state) : state_(std::move(state)) {
}
ListWriter::ListWriter(ListWriter&&) noexcept = default;
ListWriter& ListWriter::operator=(ListWriter&&) noexcept = default;
ListWriter::~ListWriter() = default;

Result<ListWriter> ListWriter::begin(Case& file, const ListRecord& list) {
    Database& database = file.database();
    auto transaction = Transaction::begin(database);
    if (!transaction) {
        return fail(std::move(transaction).error());
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
    const auto last_entry = database.scalar("SELECT max(id) FROM list_entries");
    if (!last_entry) {
        return fail(last_entry.error());
    }
    auto insert =
        database.inserter("list_entries", "id, list_id, algorithm, value, entry, label, category");
    if (!insert) {
        return fail(std::move(insert).error());
    }
    auto insert_frame = database.inserter("list_frames", "entry_id, from_ms, to_ms");
    if (!insert_frame) {
        return fail(std::move(insert_frame).error());
    }
    return ListWriter(std::make_unique<State>(State{.database = &database,
                                                    .transaction = std::move(*transaction),
                                                    .insert = std::move(*insert),
                                                    .insert_frame = std::move(*insert_frame),
                                                    .list = id->value(),
                                                    .name = list.name,
                                                    .purpose = database.purpose(),
                                                    .last_entry = last_entry->value_or(0),
                                                    .sealer = {},
                                                    .failure = std::nullopt}));
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

Result<RowId> ListWriter::finish(const ListRecord& counts, std::span<const ListFileRecord> files) {
    if (state_->failure) {
        return fail(*state_->failure);
    }
    if (auto flushed = state_->flush(); !flushed) {
        return fail(std::move(flushed).error());
    }
    if (auto stored = state_->database->run(
            "UPDATE lists SET scheme = COALESCE(NULLIF($1, ''), scheme), "
            "format = COALESCE(NULLIF($2, ''), format), "
            "source_name = COALESCE(NULLIF($3, ''), source_name), "
            "source_sha256 = COALESCE(NULLIF($4, ''), source_sha256), "
            "records = $5, hashes = $6, empty_file_hashes = $7 WHERE id = $8",
            counts.scheme, counts.format, counts.source_name, counts.source_sha256, counts.records,
            counts.hashes, counts.empty_file_hashes, state_->list);
        !stored) {
        return fail(std::move(stored).error());
    }
    AuditEntry act;
    act.act = AuditAct::list_added;
    act.purpose = state_->purpose;
    act.subject = {{"list", state_->name}, {"source_sha256", counts.source_sha256}};
    if (auto sealed = seal_stored(*state_->database, SealedTable::lists, state_->list, state_->list,
                                  act.seals);
        !sealed) {
        return fail(std::move(sealed).error());
    }
    if (auto named = put_list_files(*state_->database, state_->list, files); !named) {
        return fail(std::move(named).error());
    }
    state_->sealer.move_into(act);
    if (const auto logged = append(*state_->database, act); !logged) {
        return fail(logged.error());
    }
    if (auto committed = state_->transaction.commit(); !committed) {
        return fail(std::move(committed).error());
    }
    return state_->list;
}

Result<std::vector<ListRecord>> lists(Case& file) {
    std::vector<ListRecord> all;
    auto read = file.database().each(
        "SELECT id, name, polarity, scheme, format, source_name, source_sha256, radius, records, "
        "hashes, empty_file_hashes, added_us, added_kind FROM lists ORDER BY id",
        [&](Row& row) -> Result<void> {
            ListRecord& list = all.emplace_back();
            if (!row.take(list.id, list.name, list.polarity, list.scheme, list.format,
                          list.source_name, list.source_sha256, list.radius, list.records,
                          list.hashes, list.empty_file_hashes, list.added)) {
                return Row::damaged();
            }
            return {};
        });
    if (!read) {
        return fail(std::move(read).error());
    }
    return all;
}

Result<void> each_entry(Case& file, RowId list,
                        const std::function<Result<void>(const ListEntryRecord&)>& take) {
    ListEntryRecord entry;
    std::optional<std::int64_t> from_ms, to_ms;
    return file.database().each(
        fmt::format("SELECT {} FROM list_entries n LEFT JOIN list_frames f ON f.entry_id = n.id "
                    "WHERE n.list_id = $1 ORDER BY n.id",
                    kEntryColumns),
        [&](Row& row) -> Result<void> {
            if (!row.take(entry.id, entry.algorithm, entry.value, entry.entry, entry.label,
                          entry.category, from_ms, to_ms)) {
                return Row::damaged();
            }
            entry.frame_ms = frame_of(from_ms, to_ms);
            return take(entry);
        },
        list);
}

Result<void>
each_listed_frame(Case& file,
                  const std::function<Result<void>(RowId list, const ListEntryRecord&)>& take) {
    RowId list = 0;
    ListEntryRecord entry;
    std::optional<std::int64_t> from_ms, to_ms;
    return file.database().each( // CROSS: SQLite is to go through the frames, which may be few
        fmt::format("SELECT n.list_id, {} FROM list_frames f CROSS JOIN list_entries n "
                    "WHERE n.id = f.entry_id ORDER BY f.entry_id",
                    kEntryColumns),
        [&](Row& row) -> Result<void> {
            if (!row.take(list, entry.id, entry.algorithm, entry.value, entry.entry, entry.label,
                          entry.category, from_ms, to_ms)) {
                return Row::damaged();
            }
            entry.frame_ms = frame_of(from_ms, to_ms);
            return take(list, entry);
        });
}

Result<std::vector<ListFileRecord>> list_files(Case& file, RowId list) {
    std::vector<ListFileRecord> files;
    auto read = file.database().each(
        "SELECT algorithm, format, file_id FROM list_files WHERE list_id = $1 ORDER BY algorithm",
        [&](Row& row) -> Result<void> {
            ListFileRecord& record = files.emplace_back();
            Bytes id;
            if (!row.take(record.algorithm, record.format, id) || id.size() != record.id.size()) {
                return Row::damaged();
            }
            std::ranges::copy(id, record.id.begin());
            return {};
        },
        list);
    return read ? Result<std::vector<ListFileRecord>>(std::move(files))
                : fail(std::move(read).error());
}

Result<void> store_list_files(Case& file, RowId list, std::span<const ListFileRecord> files) {
    Database& database = file.database();
    auto transaction = Transaction::begin(database);
    if (!transaction) {
        return fail(std::move(transaction).error());
    }
    auto stored = database.run("DELETE FROM list_files WHERE list_id = $1", list);
    if (stored) {
        stored = put_list_files(database, list, files);
    }
    return stored ? transaction->commit() : stored;
}

} // namespace rempart::casefile
