// SPDX-License-Identifier: Apache-2.0
#include "casefile/entry_acts.hpp"

#include <fmt/format.h>

#include "casefile/groups_due.hpp"
#include "casefile/role_rights.hpp"
#include "casefile/server_time.hpp"
#include "casefile/tallies.hpp"

namespace rempart::casefile {

Result<RowId> list_named(Database& database, const std::string& name) {
    const auto list = database.scalar("SELECT id FROM lists WHERE name = $1", name);
    if (!list) {
        return fail(list.error());
    }
    const std::optional<std::int64_t>& row = *list;
    return row ? Result<RowId>(*row) : fail(Errc::not_found, "the case has no list of that name");
}

// One pass over the list, however many entries are asked for: they have no index of their own.
Result<EntryRows> rows_of(Database& database, RowId list,
                          const std::vector<std::uint64_t>& entries) {
    EntryRows rows;
    auto read = database.each(
        fmt::format("SELECT entry, id FROM list_entries WHERE list_id = $1 AND entry IN ({}) "
                    "ORDER BY entry, id",
                    fmt::join(entries, ", ")),
        [&](Row& row) -> Result<void> {
            std::uint64_t entry = 0;
            RowId id = 0;
            if (!row.take(entry, id)) {
                return Row::damaged();
            }
            rows[entry].push_back(id);
            return {};
        },
        list);
    if (!read) {
        return fail(std::move(read).error());
    }
    for (const std::uint64_t entry : entries) {
        if (!rows.contains(entry)) {
            return fail(Errc::not_found, fmt::format("the list has no entry {}", entry));
        }
    }
    return rows;
}

namespace {

Result<void> store_state(Database& database, const std::vector<RowId>& hashes, EntryAct act) {
    const auto statement = database.kept(
        act == EntryAct::enabled ? "DELETE FROM entries_off WHERE entry_id = $1"
                                 : "INSERT INTO entries_off (entry_id, state) VALUES ($1, $2) "
                                   "ON CONFLICT (entry_id) DO UPDATE SET state = excluded.state");
    if (!statement) {
        return fail(statement.error());
    }
    for (const RowId hash : hashes) {
        auto stored =
            act == EntryAct::enabled ? (*statement)->run(hash) : (*statement)->run(hash, name(act));
        if (!stored) {
            return stored;
        }
    }
    return {};
}

Result<RowId> insert_act(Database& database, const ActRow& row) {
    const auto person = person_of(database);
    if (!person) {
        return fail(person.error());
    }
    const auto id = database.scalar(
        fmt::format("INSERT INTO entry_acts (list_id, entry, act, reason, who, at_us) "
                    "VALUES ($1, $2, $3, $4, $5, {}) RETURNING id",
                    server_now_us(database.dialect())),
        row.list, row.entry, name(row.act), row.reason, *person);
    if (!id) {
        return fail(id.error());
    }
    return id->value_or(0);
}

} // namespace

// Totals are taken off before and added after: what counts in between is all that changed.
Result<void> store_acts(Database& database, AuditedChange& change, const EntryRows& rows,
                        const std::vector<ActRow>& acts) {
    Tallies tallies;
    const RowId list = acts.front().list;
    if (auto noted = note_due(database, list); !noted) {
        return noted;
    }
    if (auto counted = tallies.hits_of_list(database, list, -1); !counted) {
        return counted;
    }
    RowId first = 0, last = 0;
    for (const ActRow& act : acts) {
        const auto id = insert_act(database, act);
        if (!id) {
            return fail(id.error());
        }
        first = first == 0 ? *id : first;
        last = *id;
        if (auto stored = store_state(database, rows.at(act.entry), act.act); !stored) {
            return stored;
        }
    }
    if (auto sealed =
            seal_stored(database, SealedTable::entry_acts, first, last, change.entry().seals);
        !sealed) {
        return sealed;
    }
    auto counted = tallies.hits_of_list(database, list, 1);
    return counted ? tallies.store(database) : counted;
}

void describe(AuditEntry& entry, std::string_view list, const std::vector<ActRow>& acts) {
    std::string numbers;
    for (const ActRow& row : acts) {
        numbers += fmt::format("{}{}", numbers.empty() ? "" : ",", row.entry);
    }
    entry.subject = {{"list", std::string(list)},
                     {"act", std::string(name(acts.front().act))},
                     {"entries", numbers}};
}

} // namespace rempart::casefile
