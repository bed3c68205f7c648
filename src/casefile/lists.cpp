// SPDX-License-Identifier: Apache-2.0
#include "rempart/casefile/lists.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "casefile/database.hpp"
#include "casefile/list_rows.hpp"

namespace rempart::casefile {
namespace {

constexpr std::string_view kEntryColumns =
    "n.id, n.algorithm, n.value, n.entry, n.label, n.category, f.from_ms, f.to_ms";

std::optional<std::pair<std::int64_t, std::int64_t>>
frame_of(const std::optional<std::int64_t>& from_ms, const std::optional<std::int64_t>& to_ms) {
    return from_ms && to_ms ? std::optional(std::pair(*from_ms, *to_ms)) : std::nullopt;
}

} // namespace

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

Result<void> forget_list_files(Database& database, RowId list) {
    return database.run("DELETE FROM list_files WHERE list_id = $1", list);
}

Result<std::int64_t> newest_version(Case& file, RowId list) {
    const auto newest = file.database().scalar(
        "SELECT COALESCE(max(id), 0) FROM list_versions WHERE list_id = $1", list);
    return newest ? Result<std::int64_t>(newest->value_or(0)) : fail(newest.error());
}

Result<bool> store_list_files(Case& file, const ListDue& compiled,
                              std::span<const ListFileRecord> files) {
    Database& database = file.database();
    auto transaction = Transaction::begin(database);
    if (!transaction) {
        return fail(std::move(transaction).error());
    }
    const auto newest = newest_version(file, compiled.list);
    if (!newest || *newest != compiled.version) {
        return newest ? Result<bool>(false) : fail(newest.error());
    }
    auto stored = forget_list_files(database, compiled.list);
    if (stored) {
        stored = put_list_files(database, compiled.list, files);
    }
    if (stored) {
        stored = transaction->commit();
    }
    return stored ? Result<bool>(true) : fail(std::move(stored).error());
}

Result<void> note_list_due(Database& database, RowId list, std::int64_t version) {
    return database.run("INSERT INTO lists_due (list_id, version) VALUES ($1, $2) "
                        "ON CONFLICT (list_id) DO UPDATE SET version = excluded.version",
                        list, version);
}

Result<std::vector<ListDue>> lists_due(Case& file) {
    std::vector<ListDue> all;
    auto read = file.database().each(
        "SELECT list_id, version FROM lists_due ORDER BY list_id", [&](Row& row) -> Result<void> {
            ListDue& due = all.emplace_back();
            return row.take(due.list, due.version) ? Result<void>() : Row::damaged();
        });
    return read ? Result<std::vector<ListDue>>(std::move(all)) : fail(std::move(read).error());
}

Result<void> list_was_asked(Case& file, const ListDue& due, std::optional<RowId> finishing) {
    return file.database().run("DELETE FROM lists_due WHERE list_id = $1 AND version = $2 AND NOT "
                               "EXISTS (SELECT 1 FROM exhibits WHERE state <> 'complete' "
                               "AND id <> $3)",
                               due.list, due.version, finishing.value_or(0));
}

Result<std::vector<ListVersionRecord>> list_versions(Case& file, RowId list) {
    std::vector<ListVersionRecord> all;
    auto read = file.database().each(
        "SELECT format, source_name, source_sha256, first_entry, records, hashes, kept, added, "
        "withdrawn, returned, added_us, added_kind FROM list_versions WHERE list_id = $1 "
        "ORDER BY id",
        [&](Row& row) -> Result<void> {
            ListVersionRecord& version = all.emplace_back();
            return row.take(version.format, version.source_name, version.source_sha256,
                            version.first_entry, version.records, version.hashes, version.kept,
                            version.added, version.withdrawn, version.returned, version.taken)
                       ? Result<void>()
                       : Row::damaged();
        },
        list);
    return read ? Result<std::vector<ListVersionRecord>>(std::move(all))
                : fail(std::move(read).error());
}

} // namespace rempart::casefile
