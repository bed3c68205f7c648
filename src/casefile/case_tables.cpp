// SPDX-License-Identifier: Apache-2.0
#include "casefile/case_tables.hpp"

#include <array>

#include <fmt/format.h>

#include "casefile/content_index.hpp"
#include "casefile/entries_off.hpp"
#include "casefile/tallies.hpp"

namespace rempart::casefile {
namespace {

constexpr std::array kTables{
    CaseTable{"case_info", "only_row"},
    CaseTable{"exhibits", "id"},
    CaseTable{"volumes", "exhibit_id, ordinal"},
    CaseTable{"runs", "id"},
    CaseTable{"contents", "id"},
    CaseTable{"items", "id"},
    CaseTable{"item_unread", "item_id, ordinal"},
    CaseTable{"pictures", "content_id"},
    CaseTable{"fingerprints", "content_id, ordinal"},
    CaseTable{"metadata", "id"},
    CaseTable{"thumbnails", "content_id"},
    CaseTable{"content_ed2k", "content_id"},
    CaseTable{"videos", "content_id"},
    CaseTable{"video_frames", "content_id, ordinal"},
    CaseTable{"lists", "id"},
    CaseTable{"list_entries", "id"},
    CaseTable{"list_frames", "entry_id"},
    CaseTable{"list_versions", "id"},
    CaseTable{"lists_due", "list_id"},
    CaseTable{"hits", "id"},
    CaseTable{"hit_segments", "hit_id, ordinal"},
    CaseTable{"near_group_state", "only_row"},
    CaseTable{"near_groups_due", "list_id"},
    CaseTable{"near_groups", "leader_id"},
    CaseTable{"near_group_reasons", "leader_id, ordinal"},
    CaseTable{"near_group_members", "content_id"},
    CaseTable{"chat_exports", "exhibit_id, item_seq"},
    CaseTable{"chat_rejects", "exhibit_id, item_seq, ordinal"},
    CaseTable{"accounts", "exhibit_id, item_seq, platform, native_id, name"},
    CaseTable{"conversations", "id"},
    CaseTable{"messages", "id"},
    CaseTable{"attachments", "id"},
    CaseTable{"audit_log", "idx"},
    CaseTable{"audit_head", "only_row"},
    CaseTable{"audit_nodes", "height, idx"},
    CaseTable{"audit_marks", "log_idx, ordinal"},
    CaseTable{"parts", "exhibit_id, ordinal"},
    CaseTable{"jobs", "id"},
    CaseTable{"job_failures", "id"},
    CaseTable{"workers", "name"},
    CaseTable{"decisions", "id"},
    CaseTable{"role_changes", "id"},
    CaseTable{"entry_acts", "id"},
    CaseTable{"entry_feedback", "id"},
};
constexpr std::array<std::string_view, 10> kDerived{
    "schema_migrations", "search_progress",   "messages_words", "items_words", "metadata_words",
    "content_index",     "content_index_new", "tallies",        "list_files",  "entries_off"};

// What waits for its way into a table: our choice, some thousand rows.
constexpr std::size_t kFlushBytes = std::size_t{4} << 20U;
constexpr std::size_t kFlushRows = 20'000;

std::string list_of(const std::vector<TableColumn>& columns) {
    std::string list;
    for (const TableColumn& column : columns) {
        list += (list.empty() ? "" : ", ") + column.name;
    }
    return list;
}

// Returns about how many bytes went over.
std::size_t put_row(const StatementDriver& row, const std::vector<TableColumn>& columns,
                    InserterDriver& out) {
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        const int at = static_cast<int>(i);
        const ValueKind kind = columns[i].kind;
        if (row.is_null(at)) {
            out.put_null(kind);
        } else if (kind == ValueKind::integer) {
            out.put_integer(row.integer(at));
        } else {
            const ByteView value = row.bytes(at);
            bytes += value.size();
            kind == ValueKind::text ? out.put_text(chars_of(value)) : out.put_blob(value);
        }
        bytes += sizeof(std::int64_t);
    }
    return bytes;
}

Result<void> copy_table(Database& from, Database& to, const CaseTable& table) {
    // Of our own schema: names in a file that came from elsewhere are not for a statement.
    const auto columns = columns_of(to, table.name);
    if (!columns) {
        return fail(columns.error());
    }
    const std::string list = list_of(*columns);
    auto rows =
        from.prepare(fmt::format("SELECT {} FROM {} ORDER BY {}", list, table.name, table.order));
    auto into = to.inserter(table.name, list);
    if (!rows || !into) {
        return fail(rows ? into.error() : rows.error());
    }
    std::size_t waiting_rows = 0, waiting_bytes = 0;
    rows->start();
    auto copied = rows->each([&](Row& /*row*/) -> Result<void> {
        into->driver().begin_row();
        waiting_bytes += put_row(rows->driver(), *columns, into->driver());
        if (auto ended = into->driver().end_row(); !ended) {
            return ended;
        }
        if (++waiting_rows < kFlushRows && waiting_bytes < kFlushBytes) {
            return {};
        }
        waiting_rows = waiting_bytes = 0;
        return into->flush();
    });
    return copied ? into->flush() : copied;
}

// PostgreSQL numbers rows from a sequence, which does not see numbers that were given.
Result<void> number_behind(Database& to) {
    return to.exec(
        "DO $$ DECLARE c record; BEGIN "
        "FOR c IN SELECT table_name AS place, column_name AS number FROM "
        "information_schema.columns WHERE table_schema = 'public' AND is_identity = 'YES' LOOP "
        "EXECUTE format('SELECT setval(pg_get_serial_sequence(%L, %L), COALESCE(max(%I), 0) + 1, "
        "false) FROM %I', c.place, c.number, c.number, c.place); END LOOP; END $$");
}

} // namespace

std::span<const CaseTable> case_tables() noexcept {
    return kTables;
}

std::span<const std::string_view> derived_tables() noexcept {
    return kDerived;
}

Result<std::vector<TableColumn>> columns_of(Database& database, std::string_view table) {
    std::vector<TableColumn> columns;
    const auto take = [&](Row& row) -> Result<void> {
        TableColumn& column = columns.emplace_back();
        std::string type;
        if (!row.take(column.name, type)) {
            return Row::damaged();
        }
        if (type == "INTEGER" || type == "bigint") {
            column.kind = ValueKind::integer;
        } else if (type == "TEXT" || type == "text") {
            column.kind = ValueKind::text;
        } else if (type == "BLOB" || type == "bytea") {
            column.kind = ValueKind::blob;
        } else {
            return fail(Errc::integrity, "case database: a column is of a type that no case has");
        }
        return {};
    };
    auto read = database.each(
        database.dialect() == Dialect::sqlite
            ? "SELECT name, type FROM pragma_table_info($1) ORDER BY cid"
            : "SELECT CAST(column_name AS TEXT), CAST(data_type AS TEXT) FROM "
              "information_schema.columns WHERE table_schema = 'public' AND table_name = $1 "
              "ORDER BY ordinal_position",
        take, table);
    return read ? Result<std::vector<TableColumn>>(std::move(columns))
                : fail(std::move(read).error());
}

Result<void> copy_rows(Database& from, Database& to) {
    const auto snapshot = Snapshot::begin(from);
    if (!snapshot) {
        return fail(snapshot.error());
    }
    // The guards ask who does it now; these rows tell what others did, and the log proves them.
    const auto guards = [&](std::string_view state) {
        return to.dialect() == Dialect::sqlite
                   ? Result<void>()
                   : to.exec(fmt::format("ALTER TABLE audit_log {0} TRIGGER USER; "
                                         "ALTER TABLE decisions {0} TRIGGER USER; "
                                         "ALTER TABLE entry_acts {0} TRIGGER USER; "
                                         "ALTER TABLE entry_feedback {0} TRIGGER USER",
                                         state));
    };
    if (auto off = guards("DISABLE"); !off) {
        return off;
    }
    for (const CaseTable& table : kTables) {
        if (auto copied = copy_table(from, to, table); !copied) {
            return copied;
        }
    }
    for (const auto& done : {guards("ENABLE"), rebuild_content_index(to), rebuild_entries_off(to),
                             rebuild_tallies(to)}) {
        if (!done) {
            return done;
        }
    }
    return to.dialect() == Dialect::postgres ? number_behind(to) : Result<void>();
}

} // namespace rempart::casefile
