// SPDX-License-Identifier: Apache-2.0
// Entries that are near too much: docs/adr/0014.
#include <algorithm>

#include <fmt/format.h>

#include "casefile/entry_acts.hpp"

namespace rempart::casefile {
namespace {

struct Flooding {
    RowId list = 0;
    std::string list_name;
    std::uint64_t entry = 0, contents = 0;
};

Result<std::vector<Flooding>> flooding_entries(Database& database, std::uint64_t most) {
    std::vector<Flooding> all;
    auto read = database.each(
        "SELECT f.list_id, l.name, f.entry, f.contents FROM (SELECT h.list_id, n.entry, "
        "count(DISTINCT h.content_id) AS contents FROM told_hits h "
        "JOIN list_entries n ON n.id = h.entry_id WHERE h.match = 'near' "
        "GROUP BY h.list_id, n.entry) AS f JOIN lists l ON l.id = f.list_id "
        "WHERE f.contents > $1 AND NOT EXISTS (SELECT 1 FROM entry_acts a "
        "WHERE a.list_id = f.list_id AND a.entry = f.entry AND a.act = 'quarantined') "
        "ORDER BY f.list_id, f.entry",
        [&](Row& row) -> Result<void> {
            Flooding& entry = all.emplace_back();
            return row.take(entry.list, entry.list_name, entry.entry, entry.contents)
                       ? Result<void>()
                       : Row::damaged();
        },
        most);
    return read ? Result<std::vector<Flooding>>(std::move(all)) : fail(std::move(read).error());
}

/// The first list that has such entries, in one change: counted within it, so that of two who
/// finish exhibits at once the second finds what the first did.
Result<std::vector<EntryOff>> quarantine_in_one_list(Database& database, std::uint64_t most) {
    auto change = AuditedChange::begin(database, AuditAct::entries_switched);
    if (!change) {
        return fail(std::move(change).error());
    }
    auto flooding = flooding_entries(database, most);
    if (!flooding || flooding->empty()) {
        return flooding ? Result<std::vector<EntryOff>>() : fail(flooding.error());
    }
    const RowId list = flooding->front().list;
    const std::string list_name = flooding->front().list_name;
    std::erase_if(*flooding, [&](const Flooding& entry) { return entry.list != list; });
    std::vector<EntryOff> quarantined;
    std::vector<ActRow> acts;
    std::vector<std::uint64_t> entries;
    for (const Flooding& entry : *flooding) {
        entries.push_back(entry.entry);
        acts.push_back(
            {list, entry.entry, EntryAct::quarantined,
             fmt::format("near {} contents of the case, more than {}", entry.contents, most)});
        quarantined.push_back({.list = list,
                               .list_name = list_name,
                               .entry = entry.entry,
                               .state = std::string(name(EntryAct::quarantined)),
                               .reason = acts.back().reason,
                               .who = {},
                               .at = {}});
    }
    const auto rows = rows_of(database, list, entries);
    if (!rows) {
        return fail(rows.error());
    }
    if (auto stored = store_acts(database, *change, *rows, acts); !stored) {
        return fail(std::move(stored).error());
    }
    describe(change->entry(), list_name, acts);
    auto done = change->commit();
    return done ? Result<std::vector<EntryOff>>(std::move(quarantined))
                : fail(std::move(done).error());
}

} // namespace

Result<std::vector<EntryOff>> quarantine_entries(Case& file, std::uint64_t most_contents) {
    std::vector<EntryOff> all;
    for (;;) {
        auto some = quarantine_in_one_list(file.database(), most_contents);
        if (!some) {
            return some;
        }
        if (some->empty()) {
            return all;
        }
        all.insert(all.end(), some->begin(), some->end());
    }
}

} // namespace rempart::casefile
