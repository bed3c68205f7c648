// SPDX-License-Identifier: Apache-2.0
// share, withdraw: what a case writes into a memory and removes from it.
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "casefile/audit_log.hpp"
#include "casefile/audited_change.hpp"
#include "casefile/memory_acts.hpp"

namespace rempart::casefile {
namespace {

constexpr std::string_view kStagedColumns = "sha256, exhibit_no, on_alert_list";
constexpr const char* kStage = "CREATE TEMPORARY TABLE IF NOT EXISTS staged ("
                               "sha256 BYTEA NOT NULL, exhibit_no BIGINT NOT NULL, "
                               "on_alert_list BIGINT NOT NULL) ON COMMIT DELETE ROWS;"
                               "SET LOCAL jit = off"; // as in memory_ask.cpp
// Each staged content is looked up by the primary key: without OFFSET the planner, which has no
// figures of a table that just grew, may compare all contents with all.
constexpr std::string_view kDiffering =
    "FROM staged t CROSS JOIN LATERAL (SELECT m.ctid AS place, m.batch, m.on_alert_list "
    "FROM memory_contents m WHERE m.sha256 = t.sha256 AND m.case_no = $1 OFFSET 0) d "
    "WHERE d.on_alert_list <> t.on_alert_list";

std::uint64_t count_of(std::optional<std::int64_t> value) {
    return static_cast<std::uint64_t>(value.value_or(0));
}

Result<std::optional<RowId>> case_number(Database& database, const CaseInfo& info) {
    return database.scalar("SELECT id FROM memory_cases WHERE case_id = $1", info.id);
}

Result<std::vector<RowId>> keys_of(Database& database, const std::string& sql, RowId case_no) {
    std::vector<RowId> keys;
    auto read = database.each(
        sql,
        [&](Row& row) -> Result<void> {
            return row.take(keys.emplace_back()) ? Result<void>() : Row::damaged();
        },
        case_no);
    return read ? Result<std::vector<RowId>>(std::move(keys)) : fail(std::move(read).error());
}

Result<void> touch_all(AuditedChange& change, SealedTable table, const std::vector<RowId>& keys) {
    for (const RowId key : keys) {
        if (auto touched = change.touch(table, key); !touched) {
            return touched;
        }
    }
    return {};
}

/// Takes the contents of a case in order and writes them batch by batch, each with its record.
class Sharer {
  public:
    Sharer(Case& file, Memory& memory, const MemoryAct& act, std::size_t batch)
        : file_(file), database_(memory.database()), act_(act), batch_(batch) {}

    Result<ShareCounts> run();

  private:
    Result<void> flush();
    Result<RowId> case_row(AuditedChange& change);
    Result<RowId> exhibit_row(AuditedChange& change, RowId case_no, const ExhibitSeen& exhibit);
    Result<std::map<RowId, RowId>> exhibit_rows(AuditedChange& change, RowId case_no);
    Result<void> stage(AuditedChange& change, RowId case_no);
    Result<std::uint64_t> update_marks(AuditedChange& change, RowId case_no);

    Case& file_;
    Database& database_;
    const MemoryAct& act_;
    std::size_t batch_;
    std::map<RowId, ExhibitSeen> exhibits_;
    std::vector<ContentSeen> waiting_;
    ShareCounts counts_;
};

Result<RowId> Sharer::case_row(AuditedChange& change) {
    const auto known = case_number(database_, file_.info());
    if (!known) {
        return fail(known.error());
    }
    if (const std::optional<RowId> row = *known) {
        return *row;
    }
    const CaseInfo& info = file_.info();
    const auto added = database_.scalar("INSERT INTO memory_cases (id, case_id, name, authority) "
                                        "SELECT COALESCE(max(id), 0) + 1, $1, $2, $3 "
                                        "FROM memory_cases RETURNING id",
                                        info.id, info.name, info.authority);
    if (!added) {
        return fail(added.error());
    }
    auto sealed = change.seal(SealedTable::memory_cases, added->value_or(0));
    return sealed ? Result<RowId>(added->value_or(0)) : fail(std::move(sealed).error());
}

Result<RowId> Sharer::exhibit_row(AuditedChange& change, RowId case_no,
                                  const ExhibitSeen& exhibit) {
    const auto known = database_.scalar(
        "SELECT id FROM memory_exhibits WHERE case_no = $1 AND label = $2", case_no, exhibit.label);
    if (!known) {
        return fail(known.error());
    }
    if (const std::optional<RowId> row = *known) {
        return *row;
    }
    const auto added =
        database_.scalar("INSERT INTO memory_exhibits (id, case_no, label, read_us, read_kind) "
                         "SELECT COALESCE(max(id), 0) + 1, $1, $2, $3, $4 "
                         "FROM memory_exhibits RETURNING id",
                         case_no, exhibit.label, exhibit.first_read);
    if (!added) {
        return fail(added.error());
    }
    auto sealed = change.seal(SealedTable::memory_exhibits, added->value_or(0));
    return sealed ? Result<RowId>(added->value_or(0)) : fail(std::move(sealed).error());
}

// The numbers of the memory, by those of the case, of the exhibits that wait to be told of.
Result<std::map<RowId, RowId>> Sharer::exhibit_rows(AuditedChange& change, RowId case_no) {
    std::map<RowId, RowId> numbers;
    for (const ContentSeen& content : waiting_) {
        if (numbers.contains(content.exhibit)) {
            continue;
        }
        const auto row = exhibit_row(change, case_no, exhibits_[content.exhibit]);
        if (!row) {
            return fail(row.error());
        }
        numbers[content.exhibit] = *row;
    }
    return numbers;
}

Result<void> Sharer::stage(AuditedChange& change, RowId case_no) {
    if (auto made = database_.exec(kStage); !made) {
        return made;
    }
    auto rows = database_.inserter("staged", kStagedColumns);
    if (!rows) {
        return fail(std::move(rows).error());
    }
    const auto numbers = exhibit_rows(change, case_no);
    if (!numbers) {
        return fail(numbers.error());
    }
    for (const ContentSeen& content : waiting_) {
        auto added = rows->row(content.sha256, numbers->at(content.exhibit), content.on_alert_list);
        if (!added) {
            return added;
        }
    }
    return rows->flush();
}

Result<std::uint64_t> Sharer::update_marks(AuditedChange& change, RowId case_no) {
    const auto batches = keys_of(
        database_, fmt::format("SELECT DISTINCT d.batch {} ORDER BY d.batch", kDiffering), case_no);
    if (!batches) {
        return fail(batches.error());
    }
    if (batches->empty()) {
        return 0;
    }
    if (auto touched = touch_all(change, SealedTable::memory_contents, *batches); !touched) {
        return fail(std::move(touched).error());
    }
    // A mark is 0 or 1; rows stay in their places, for no other writer is at work.
    const auto updated = database_.scalar(
        fmt::format("WITH done AS (UPDATE memory_contents SET on_alert_list = 1 - on_alert_list "
                    "WHERE ctid = ANY (ARRAY(SELECT d.place {})) RETURNING 1) "
                    "SELECT count(*) FROM done",
                    kDiffering),
        case_no);
    return updated ? Result<std::uint64_t>(count_of(*updated)) : fail(updated.error());
}

Result<void> Sharer::flush() {
    if (waiting_.empty()) {
        return {};
    }
    auto change = AuditedChange::begin(database_, AuditAct::memory_shared);
    if (!change) {
        return fail(std::move(change).error());
    }
    const auto case_no = case_row(*change);
    if (!case_no) {
        return fail(case_no.error());
    }
    if (auto staged = stage(*change, *case_no); !staged) {
        return staged;
    }
    const auto updated = update_marks(*change, *case_no);
    if (!updated) {
        return fail(updated.error());
    }
    const auto head = audit_head(database_); // no other writer until the commit
    if (!head) {
        return fail(head.error());
    }
    const auto batch = static_cast<RowId>(head->size);
    const auto added = database_.scalar(
        "WITH done AS (INSERT INTO memory_contents (sha256, case_no, batch, exhibit_no, "
        "on_alert_list) SELECT sha256, $1, $2, exhibit_no, on_alert_list FROM staged "
        "ON CONFLICT (sha256, case_no) DO NOTHING RETURNING 1) SELECT count(*) FROM done",
        *case_no, batch);
    if (!added) {
        return fail(added.error());
    }
    counts_.contents += std::exchange(waiting_, {}).size();
    if (count_of(*added) == 0 && *updated == 0) {
        return {}; // rolled back: there is nothing to record but the outcome of the act
    }
    if (auto sealed = change->seal(SealedTable::memory_contents, batch); !sealed) {
        return sealed;
    }
    change->entry() = [&] {
        AuditEntry entry = act_.entry_of_memory("rows");
        entry.subject.push_back({"added", std::to_string(count_of(*added))});
        entry.subject.push_back({"updated", std::to_string(*updated)});
        entry.seals = std::move(change->entry().seals);
        return entry;
    }();
    counts_.added += count_of(*added);
    counts_.updated += *updated;
    return change->commit();
}

Result<ShareCounts> Sharer::run() {
    const auto snapshot = Snapshot::begin(file_.database());
    if (!snapshot) {
        return fail(snapshot.error());
    }
    auto exhibits = exhibits_seen(file_);
    if (!exhibits) {
        return fail(std::move(exhibits).error());
    }
    exhibits_ = std::move(*exhibits);
    auto read = each_batch_seen(file_, batch_, waiting_, [&] { return flush(); });
    return read ? Result<ShareCounts>(counts_) : fail(std::move(read).error());
}

Result<void> touch_case(Database& database, AuditedChange& change, RowId case_no) {
    constexpr std::pair<SealedTable, const char*> kTouched[] = {
        {SealedTable::memory_contents,
         "SELECT DISTINCT batch FROM memory_contents WHERE case_no = $1 ORDER BY batch"},
        {SealedTable::memory_exhibits,
         "SELECT id FROM memory_exhibits WHERE case_no = $1 ORDER BY id"},
        {SealedTable::memory_cases, "SELECT id FROM memory_cases WHERE id = $1"},
    };
    for (const auto& [table, sql] : kTouched) {
        const auto keys = keys_of(database, sql, case_no);
        if (!keys) {
            return fail(keys.error());
        }
        if (auto touched = touch_all(change, table, *keys); !touched) {
            return touched;
        }
    }
    return {};
}

Result<std::uint64_t> remove_case(Database& database, AuditedChange& change, RowId case_no) {
    if (auto touched = touch_case(database, change, case_no); !touched) {
        return fail(std::move(touched).error());
    }
    const auto removed = database.scalar("WITH done AS (DELETE FROM memory_contents "
                                         "WHERE case_no = $1 RETURNING 1) "
                                         "SELECT count(*) FROM done",
                                         case_no);
    if (!removed) {
        return fail(removed.error());
    }
    for (const char* sql : {"DELETE FROM memory_exhibits WHERE case_no = $1",
                            "DELETE FROM memory_cases WHERE id = $1"}) {
        if (auto done = database.run(sql, case_no); !done) {
            return fail(std::move(done).error());
        }
    }
    return count_of(*removed);
}

Result<std::uint64_t> remove_all(Case& file, Memory& memory, const MemoryAct& act) {
    Database& database = memory.database();
    auto change = AuditedChange::begin(database, AuditAct::memory_withdrawn);
    if (!change) {
        return fail(std::move(change).error());
    }
    const auto known = case_number(database, file.info());
    if (!known) {
        return fail(known.error());
    }
    const std::optional<RowId> case_no = *known;
    if (!case_no) {
        return 0;
    }
    auto removed = remove_case(database, *change, *case_no);
    if (!removed) {
        return removed;
    }
    change->entry() = act.entry_of_memory("rows");
    change->entry().subject.push_back({"removed", std::to_string(*removed)});
    if (auto committed = change->commit(); !committed) {
        return fail(std::move(committed).error());
    }
    return removed;
}

} // namespace

Result<ShareCounts> share(Case& file, Memory& memory, const std::string& purpose,
                          std::size_t batch) {
    MemoryAct act(file, memory, AuditAct::memory_shared, purpose);
    if (auto begun = act.begin(); !begun) {
        return fail(std::move(begun).error());
    }
    auto counts = Sharer(file, memory, act, batch).run();
    if (!counts) {
        return counts;
    }
    auto ended = act.end({{"contents", std::to_string(counts->contents)},
                          {"added", std::to_string(counts->added)},
                          {"updated", std::to_string(counts->updated)}});
    return ended ? counts : fail(std::move(ended).error());
}

Result<std::uint64_t> withdraw(Case& file, Memory& memory, const std::string& purpose) {
    MemoryAct act(file, memory, AuditAct::memory_withdrawn, purpose);
    if (auto begun = act.begin(); !begun) {
        return fail(std::move(begun).error());
    }
    auto removed = remove_all(file, memory, act);
    if (!removed) {
        return removed;
    }
    auto ended = act.end({{"removed", std::to_string(*removed)}});
    return ended ? removed : fail(std::move(ended).error());
}

} // namespace rempart::casefile
