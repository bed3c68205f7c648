// SPDX-License-Identifier: Apache-2.0
#include "casefile/audit_rows.hpp"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "casefile/database.hpp"
#include "casefile/stored_units.hpp"

namespace rempart::casefile {
namespace {

constexpr RowId kLowest = std::numeric_limits<RowId>::min();
constexpr RowId kHighest = std::numeric_limits<RowId>::max();
constexpr std::size_t kMarkBytes = 4;

// Joins ranges that touch or overlap. Writers' keys rise, so most ranges join the last one.
void add_range(std::vector<std::pair<RowId, RowId>>& ranges, RowId first, RowId last) {
    if (!ranges.empty() && ranges.back().second != kHighest && first >= ranges.back().first &&
        first <= ranges.back().second + 1) {
        ranges.back().second = std::max(ranges.back().second, last);
        return;
    }
    ranges.emplace_back(first, last);
}

void sort_ranges(std::vector<std::pair<RowId, RowId>>& ranges) {
    std::sort(ranges.begin(), ranges.end());
    std::vector<std::pair<RowId, RowId>> joined;
    for (const auto& [first, last] : ranges) {
        add_range(joined, first, last);
    }
    ranges = std::move(joined);
}

AuditFault row_fault(AuditFaultKind kind, std::string_view table, std::optional<RowId> row,
                     std::optional<std::uint64_t> record, std::string what) {
    return {.kind = kind,
            .record = record,
            .table = std::string(table),
            .row = row,
            .what = std::move(what)};
}

} // namespace

void note(AuditVerdict& verdict, AuditFault fault) {
    if (verdict.faults.size() < kMaxAuditFaults) {
        verdict.faults.push_back(std::move(fault));
    }
}

const SealedTableFacts* RowAudit::facts_named(std::string_view table) const {
    const auto found = std::find_if(facts_.begin(), facts_.end(),
                                    [&](const auto& facts) { return facts.name == table; });
    return found == facts_.end() ? nullptr : &*found;
}

Result<void> RowAudit::learn(std::uint64_t record, const AuditEntry& entry) {
    for (const RowChange& change : entry.changes) {
        const SealedTableFacts* facts = facts_named(change.table);
        if (facts == nullptr) {
            return fail(Errc::malformed, "a change names a table that is not sealed");
        }
        tables_[facts->table].histories[change.key].changes.push_back(
            {record, change.was, change.now});
    }
    for (const RowSeal& seal : entry.seals) {
        const SealedTableFacts* facts = facts_named(seal.table);
        if (facts == nullptr || seal.first > seal.last || seal.count == 0) {
            return fail(Errc::malformed, "a seal names a table or range that is not one");
        }
        add_range(tables_[facts->table].ranges, seal.first, seal.last);
    }
    return {};
}

// The units of the seal's range as they were when it was made: a unit that was changed since is
// taken as it was before its first change.
Result<std::vector<RowAudit::Unit>>
RowAudit::units_at(std::uint64_t record, const SealedTableFacts& facts, const RowSeal& seal) {
    auto& histories = tables_[facts.table].histories;
    std::vector<Unit> units;
    auto next = histories.lower_bound(seal.first);
    // Takes the changed keys before `key`, and tells whether `key` itself has been changed.
    const auto take_changed = [&](RowId key, bool inclusive) {
        bool replaced = false;
        for (; next != histories.end() && next->first <= seal.last &&
               (next->first < key || (inclusive && next->first == key));
             ++next) {
            History& history = next->second;
            const auto change = std::find_if(history.changes.begin(), history.changes.end(),
                                             [&](const Change& c) { return c.record > record; });
            if (change == history.changes.end()) {
                history.sealed_later = true;
                continue;
            }
            replaced = replaced || next->first == key;
            if (change->was) {
                units.push_back({next->first, *change->was});
            }
        }
        return replaced;
    };
    auto read = each_stored_unit(database_, facts.table, seal.first, seal.last,
                                 [&](RowId key, const audit::Hash& digest) -> Result<void> {
                                     if (!take_changed(key, true)) {
                                         units.push_back({key, digest});
                                     }
                                     return {};
                                 });
    if (!read) {
        return fail(std::move(read).error());
    }
    take_changed(seal.last, true);
    return units;
}

Result<AuditFault> RowAudit::name_fault(std::uint64_t record, std::size_t ordinal,
                                        const RowSeal& seal, const std::vector<Unit>& units) {
    Bytes marks;
    auto read = database_.each(
        "SELECT marks FROM audit_marks WHERE log_idx = $1 AND ordinal = $2",
        [&](Row& row) -> Result<void> {
            row.take(marks);
            return {};
        },
        record, ordinal);
    if (!read) {
        return fail(std::move(read).error());
    }
    const std::size_t expected = marks.size() / kMarkBytes;
    std::size_t at = 0;
    while (at < units.size() && at < expected &&
           std::equal(units[at].digest.begin(), units[at].digest.begin() + kMarkBytes,
                      marks.begin() + static_cast<std::ptrdiff_t>(at * kMarkBytes))) {
        ++at;
    }
    const std::string of = fmt::format("of {}, sealed by record {}", seal.table, record);
    if (expected != seal.count || (at == units.size() && at == expected)) {
        return row_fault(AuditFaultKind::row_edited, seal.table, std::nullopt, record,
                         fmt::format("a row between {} and {} {} was edited, deleted or inserted",
                                     seal.first, seal.last, of));
    }
    if (units.size() > expected) {
        return row_fault(AuditFaultKind::row_inserted, seal.table, units[at].key, record,
                         fmt::format("row {} {} was inserted", units[at].key, of));
    }
    if (units.size() == expected) {
        return row_fault(AuditFaultKind::row_edited, seal.table, units[at].key, record,
                         fmt::format("row {} {} was edited", units[at].key, of));
    }
    const bool dense = static_cast<std::uint64_t>(seal.last - seal.first) + 1 == seal.count;
    const RowId after = at == 0 ? seal.first - 1 : units[at - 1].key;
    if (dense) {
        return row_fault(AuditFaultKind::row_missing, seal.table, after + 1, record,
                         fmt::format("row {} {} is missing", after + 1, of));
    }
    return row_fault(AuditFaultKind::row_missing, seal.table, std::nullopt, record,
                     fmt::format("a row after {} {} is missing", after, of));
}

Result<void> RowAudit::check(std::uint64_t record, std::size_t ordinal, const RowSeal& seal,
                             AuditVerdict& verdict) {
    const SealedTableFacts* facts = facts_named(seal.table);
    if (facts == nullptr) {
        return {}; // learn() has refused the record
    }
    const auto units = units_at(record, *facts, seal);
    if (!units) {
        return fail(units.error());
    }
    audit::Sha256 hasher;
    for (const Unit& unit : *units) {
        hasher.update(unit.digest);
    }
    ++verdict.seals;
    verdict.rows += units->size();
    if (hasher.finish() == seal.sha256 && units->size() == seal.count) {
        return {};
    }
    auto fault = name_fault(record, ordinal, seal, *units);
    if (!fault) {
        return fail(std::move(fault).error());
    }
    note(verdict, std::move(*fault));
    return {};
}

Result<void> RowAudit::check_histories(const SealedTableFacts& facts, Table& table,
                                       AuditVerdict& verdict) {
    for (const auto& [key, history] : table.histories) {
        if (history.sealed_later) {
            continue;
        }
        const Change& last = history.changes.back();
        const auto stored = unit_digest(database_, facts.table, key);
        if (!stored) {
            return fail(stored.error());
        }
        if (*stored == last.now) {
            continue;
        }
        const AuditFaultKind kind = !*stored   ? AuditFaultKind::row_missing
                                    : last.now ? AuditFaultKind::row_edited
                                               : AuditFaultKind::row_inserted;
        note(verdict, row_fault(kind, facts.name, key, last.record,
                                fmt::format("row {} of {} is not as record {} left it", key,
                                            facts.name, last.record)));
    }
    return {};
}

Result<void> RowAudit::check_gap(const SealedTableFacts& facts, const Table& table, Range gap,
                                 AuditVerdict& verdict) {
    std::vector<RowId> keys;
    auto read = database_.each(
        fmt::format("SELECT DISTINCT {0} FROM {1} WHERE {0} >= $1 AND {0} <= $2 ORDER BY {0}",
                    facts.key, facts.name),
        [&](Row& row) -> Result<void> {
            RowId key = 0;
            row.take(key);
            if (!table.histories.contains(key) && keys.size() < kMaxAuditFaults) {
                keys.push_back(key);
            }
            return {};
        },
        gap.first, gap.second);
    for (const RowId key : keys) {
        note(verdict, row_fault(AuditFaultKind::row_inserted, facts.name, key, std::nullopt,
                                fmt::format("row {} of {} was inserted: no record accounts for it",
                                            key, facts.name)));
    }
    return read;
}

Result<void> RowAudit::check_coverage(const SealedTableFacts& facts, Table& table,
                                      AuditVerdict& verdict) {
    sort_ranges(table.ranges);
    RowId from = kLowest;
    for (const auto& [first, last] : table.ranges) {
        if (from < first) {
            if (auto checked = check_gap(facts, table, {from, first - 1}, verdict); !checked) {
                return checked;
            }
        }
        if (last == kHighest) {
            return {};
        }
        from = last + 1;
    }
    return check_gap(facts, table, {from, kHighest}, verdict);
}

Result<void> RowAudit::finish(AuditVerdict& verdict) {
    for (const SealedTableFacts& facts : facts_) {
        Table& table = tables_[facts.table];
        for (const auto step : {&RowAudit::check_histories, &RowAudit::check_coverage}) {
            if (auto checked = (this->*step)(facts, table, verdict); !checked) {
                return checked;
            }
        }
    }
    return {};
}

} // namespace rempart::casefile
