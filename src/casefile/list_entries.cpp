// SPDX-License-Identifier: Apache-2.0
#include "rempart/casefile/list_entries.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "casefile/entry_acts.hpp"
#include "rempart/core/text.hpp"

namespace rempart::casefile {
namespace {

constexpr std::array<std::string_view, 4> kActs{"disabled", "enabled", "quarantined", "withdrawn"};

bool says_something(const std::string& text) {
    return is_utf8(text) && text.find_first_not_of(" \t\r\n") != std::string::npos;
}

Result<bool> is_off(Database& database, std::string_view state, RowId hash) {
    const auto off =
        database.scalar("SELECT 1 FROM entries_off WHERE entry_id = $1 AND ($2 = '' OR state = $3)",
                        hash, state, state);
    if (!off) {
        return fail(off.error());
    }
    return off->has_value();
}

/// Refuses what would change nothing: two persons who act at once learn of each other.
Result<void> check_changes(Database& database, const EntryRows& rows, EntryAct act) {
    for (const auto& [entry, hashes] : rows) {
        const bool enables = act == EntryAct::enabled;
        const auto off = is_off(database, enables ? "" : name(act), hashes.front());
        if (!off) {
            return fail(off.error());
        }
        if (*off != enables) {
            return fail(Errc::refused, fmt::format("entry {} is {} already", entry, name(act)));
        }
    }
    return {};
}

Result<void> check_wording(const EntryChange& change) {
    std::vector<std::uint64_t> sorted = change.entries;
    std::ranges::sort(sorted);
    if (sorted.empty() || sorted.front() == 0 || sorted.size() > kMostEntriesPerAct ||
        std::ranges::adjacent_find(sorted) != sorted.end()) {
        return fail(Errc::invalid_argument,
                    fmt::format("entries are numbers from 1, each once, at most {} in one act",
                                kMostEntriesPerAct));
    }
    if (change.act != EntryAct::disabled && change.act != EntryAct::enabled) {
        return fail(Errc::invalid_argument,
                    "no person puts an entry in quarantine or withdraws it: disable it");
    }
    return says_something(change.reason)
               ? Result<void>()
               : fail(Errc::invalid_argument, "a reason is text, and not empty");
}

} // namespace

std::string_view name(EntryAct act) noexcept {
    return kActs[static_cast<std::size_t>(act)];
}

Result<void> switch_entries(Case& file, const EntryChange& change) {
    if (auto worded = check_wording(change); !worded) {
        return worded;
    }
    Database& database = file.database();
    auto act = AuditedChange::begin(database, AuditAct::entries_switched);
    if (!act) {
        return fail(std::move(act).error());
    }
    const auto list = list_named(database, change.list);
    if (!list) {
        return fail(list.error());
    }
    const auto rows = rows_of(database, *list, change.entries);
    if (!rows) {
        return fail(rows.error());
    }
    if (auto changes = check_changes(database, *rows, change.act); !changes) {
        return changes;
    }
    std::vector<ActRow> acts;
    for (const auto& [entry, hashes] : *rows) {
        acts.push_back({*list, entry, change.act, change.reason});
    }
    if (auto stored = store_acts(database, *act, *rows, acts); !stored) {
        return stored;
    }
    describe(act->entry(), change.list, acts);
    return act->commit();
}

Result<std::vector<EntryOff>> entries_off(Case& file) {
    std::vector<EntryOff> all;
    auto read = file.database().each(
        "SELECT a.list_id, l.name, a.entry, a.act, a.reason, a.who, a.at_us, 1 FROM entry_acts a "
        "JOIN lists l ON l.id = a.list_id WHERE a.act <> 'enabled' AND NOT EXISTS (SELECT 1 "
        "FROM entry_acts b WHERE b.list_id = a.list_id AND b.entry = a.entry AND b.id > a.id) "
        "ORDER BY a.list_id, a.entry",
        [&](Row& row) -> Result<void> {
            EntryOff& off = all.emplace_back();
            return row.take(off.list, off.list_name, off.entry, off.state, off.reason, off.who,
                            off.at)
                       ? Result<void>()
                       : Row::damaged();
        });
    return read ? Result<std::vector<EntryOff>>(std::move(all)) : fail(std::move(read).error());
}

Result<std::vector<RowId>> disabled_entries(Case& file) {
    std::vector<RowId> all;
    auto read = file.database().each(
        "SELECT entry_id FROM entries_off WHERE state <> 'quarantined' ORDER BY entry_id",
        [&](Row& row) -> Result<void> {
            return row.take(all.emplace_back()) ? Result<void>() : Row::damaged();
        });
    return read ? Result<std::vector<RowId>>(std::move(all)) : fail(std::move(read).error());
}

Result<std::vector<EntryActRecord>> entry_acts(Case& file, RowId list, std::uint64_t entry) {
    std::vector<EntryActRecord> all;
    auto read = file.database().each(
        "SELECT act, reason, who, at_us, 1 FROM entry_acts WHERE list_id = $1 AND entry = $2 "
        "ORDER BY id",
        [&](Row& row) -> Result<void> {
            EntryActRecord& act = all.emplace_back();
            return row.take(act.act, act.reason, act.who, act.at) ? Result<void>() : Row::damaged();
        },
        list, entry);
    return read ? Result<std::vector<EntryActRecord>>(std::move(all))
                : fail(std::move(read).error());
}

} // namespace rempart::casefile
