// SPDX-License-Identifier: Apache-2.0
#include "rempart/casefile/audit_verify.hpp"

#include <algorithm>
#include <bit>
#include <limits>

#include <fmt/format.h>

#include "casefile/audit_log.hpp"
#include "casefile/audit_record.hpp"
#include "casefile/audit_rows.hpp"
#include "casefile/database.hpp"

namespace rempart::casefile {
namespace {

constexpr std::int64_t kPageRecords = 256;

struct StoredRecord {
    std::int64_t index = 0;
    std::string text;
    audit::Hash leaf{};
};

// Calls take(StoredRecord) for the whole log. In pages, so that what `take` asks the database meets
// no open query.
template <typename Take>
Result<void> each_record(Database& database, Take&& take) {
    std::int64_t from = std::numeric_limits<std::int64_t>::min();
    for (;;) {
        std::vector<StoredRecord> page;
        auto read = database.each(
            "SELECT idx, record, leaf FROM audit_log WHERE idx >= $1 ORDER BY idx LIMIT $2",
            [&](Row& row) -> Result<void> {
                StoredRecord& record = page.emplace_back();
                Bytes leaf;
                row.take(record.index, record.text, leaf);
                if (leaf.size() == record.leaf.size()) { // else it matches nothing
                    std::copy(leaf.begin(), leaf.end(), record.leaf.begin());
                }
                return {};
            },
            from, kPageRecords);
        if (!read) {
            return read;
        }
        for (const StoredRecord& record : page) {
            if (auto taken = take(record); !taken) {
                return taken;
            }
        }
        if (page.size() < static_cast<std::size_t>(kPageRecords) ||
            page.back().index == std::numeric_limits<std::int64_t>::max()) {
            return {};
        }
        from = page.back().index + 1;
    }
}

// A checkpoint whose text and signature are in order.
struct Believed {
    std::string name;
    audit::TreeHead tree;
};

class LogAudit {
  public:
    LogAudit(Database& database, std::span<const SealedTableFacts> tables, AuditVerdict& verdict)
        : database_(database), verdict_(verdict), rows_(database_, tables) {}

    void believe(std::span<const KeptCheckpoint> checkpoints, const std::string& origin,
                 const std::optional<audit::PublicKey>& key);
    Result<void> run();

  private:
    Result<void> take(const StoredRecord& record);
    Result<void> check_text(const StoredRecord& record, std::uint64_t index);
    Result<void> grow(const audit::Hash& leaf);
    void compare_checkpoints();
    void check_head();
    void name_head_fault(ByteView stored, ByteView made);
    Result<void> check_seals(const StoredRecord& record);
    /// Whether a record in [first, end) is named already: what follows from it needs no saying.
    [[nodiscard]] bool is_explained(std::uint64_t first, std::uint64_t end) const {
        return std::any_of(verdict_.faults.begin(), verdict_.faults.end(), [&](const auto& known) {
            return known.record && *known.record >= first && *known.record < end;
        });
    }
    void fault(AuditFaultKind kind, std::optional<std::uint64_t> record, std::string what) {
        note(verdict_,
             {.kind = kind, .record = record, .table = {}, .row = {}, .what = std::move(what)});
    }

    Database& database_;
    AuditVerdict& verdict_;
    RowAudit rows_;
    std::vector<Believed> checkpoints_; ///< By rising size.
    std::size_t next_checkpoint_ = 0;
    std::uint64_t last_good_size_ = 0; ///< Of the last checkpoint that the log agrees with.
    audit::Frontier tree_;
    std::uint64_t next_index_ = 0;
    bool whole_ = true;         ///< No record is missing so far: the tree can be compared.
    bool tree_differs_ = false; ///< Said once.
};

void LogAudit::believe(std::span<const KeptCheckpoint> checkpoints, const std::string& origin,
                       const std::optional<audit::PublicKey>& key) {
    for (const KeptCheckpoint& kept : checkpoints) {
        const auto note = audit::parse_checkpoint(kept.note);
        Result<void> good = note ? Result<void>() : fail(note.error());
        if (good && note->checkpoint.origin != origin) {
            good = fail(Errc::integrity, "it is a checkpoint of another log");
        }
        if (good && key) {
            good = audit::verify_signature(*note, *key);
        }
        if (!good) {
            fault(AuditFaultKind::checkpoint_bad, std::nullopt,
                  fmt::format("checkpoint {}: {}", kept.name, good.error().message));
            continue;
        }
        checkpoints_.push_back({kept.name, note->checkpoint.tree});
        ++verdict_.checkpoints;
    }
    std::stable_sort(checkpoints_.begin(), checkpoints_.end(),
                     [](const auto& a, const auto& b) { return a.tree.size < b.tree.size; });
}

// Compares with every checkpoint over as many records as the tree has now.
void LogAudit::compare_checkpoints() {
    for (; next_checkpoint_ < checkpoints_.size() &&
           checkpoints_[next_checkpoint_].tree.size == tree_.size();
         ++next_checkpoint_) {
        const Believed& checkpoint = checkpoints_[next_checkpoint_];
        if (!whole_) {
            continue; // a fault is known; which records it was made over cannot be told
        }
        if (tree_.root() == checkpoint.tree.root) {
            last_good_size_ = tree_.size();
            continue;
        }
        whole_ = false;
        if (is_explained(last_good_size_, tree_.size())) {
            continue;
        }
        fault(AuditFaultKind::tree_changed, last_good_size_,
              fmt::format("a record from {} to {} is not the one that checkpoint {} was made over",
                          last_good_size_, tree_.size() - 1, checkpoint.name));
    }
}

Result<void> LogAudit::grow(const audit::Hash& leaf) {
    Result<void> compared;
    tree_.append(leaf, [&](unsigned height, std::uint64_t at, const audit::Hash& hash) {
        if (height % kNodeStride != 0 || !whole_ || tree_differs_ || !compared) {
            return;
        }
        std::optional<audit::Hash> stored;
        compared = database_.each(
            "SELECT hash FROM audit_nodes WHERE height = $1 AND idx = $2",
            [&](Row& row) -> Result<void> {
                row.take(stored.emplace());
                return {};
            },
            height, at);
        if (stored == hash) {
            return;
        }
        tree_differs_ = true;
        const std::uint64_t first = at << height;
        const std::uint64_t end = (at + 1) << height;
        if (!is_explained(first, end)) {
            fault(AuditFaultKind::tree_changed, first,
                  fmt::format("a record from {} to {} was edited together with its leaf", first,
                              end - 1));
        }
    });
    return compared;
}

// A record's own bytes: its leaf, its form, its number.
Result<void> LogAudit::check_text(const StoredRecord& record, std::uint64_t index) {
    const auto parsed = parse_audit_record(record.text);
    if (parsed && parsed->index != index) {
        fault(AuditFaultKind::record_moved, index,
              fmt::format("record {} stands in the place of record {}: swapped or renumbered",
                          parsed->index, index));
        return {};
    }
    if (audit::leaf_hash(bytes_of(record.text)) != record.leaf) {
        fault(AuditFaultKind::record_edited, index,
              fmt::format("record {} was edited: its bytes are not those of its leaf", index));
        return {};
    }
    auto learnt = parsed ? rows_.learn(index, parsed->entry) : fail(parsed.error());
    if (!learnt) {
        fault(AuditFaultKind::record_edited, index,
              fmt::format("record {} is not of the form of a record ({})", index,
                          learnt.error().message));
    }
    return {};
}

Result<void> LogAudit::take(const StoredRecord& record) {
    if (record.index < 0) {
        fault(AuditFaultKind::record_moved, std::nullopt, "a record has a negative number");
        return {};
    }
    const auto index = static_cast<std::uint64_t>(record.index);
    if (index > next_index_) {
        fault(AuditFaultKind::record_missing, next_index_,
              index == next_index_ + 1
                  ? fmt::format("record {} is missing", next_index_)
                  : fmt::format("records {} to {} are missing", next_index_, index - 1));
        whole_ = false;
    }
    next_index_ = index + 1;
    if (auto checked = check_text(record, index); !checked) {
        return checked;
    }
    auto grown = grow(record.leaf);
    compare_checkpoints();
    return grown;
}

// Where the stored right edge differs from the recomputed one: the records below that node.
void LogAudit::name_head_fault(ByteView stored, ByteView made) {
    std::uint64_t first = 0;
    std::size_t at = sizeof(std::uint64_t);
    for (unsigned height = 63; height-- > 0;) {
        const std::uint64_t count = std::uint64_t{1} << height;
        if ((tree_.size() & count) == 0) {
            continue;
        }
        if (!std::equal(stored.begin() + static_cast<std::ptrdiff_t>(at),
                        stored.begin() + static_cast<std::ptrdiff_t>(at + sizeof(audit::Hash)),
                        made.begin() + static_cast<std::ptrdiff_t>(at))) {
            if (is_explained(first, first + count)) {
                return;
            }
            fault(AuditFaultKind::tree_changed, first,
                  fmt::format("a record from {} to {} was edited together with its leaf", first,
                              first + count - 1));
            return;
        }
        first += count;
        at += sizeof(audit::Hash);
    }
}

void LogAudit::check_head() {
    const auto head = read_head(database_);
    if (!head) {
        fault(AuditFaultKind::head_damaged, std::nullopt, head.error().message);
    } else if (head->size() > next_index_) {
        fault(AuditFaultKind::tail_cut, next_index_,
              fmt::format("the log was cut: it ends before record {}, its head counts {} records",
                          next_index_, head->size()));
        whole_ = false;
    } else if (head->size() < next_index_) {
        fault(AuditFaultKind::tree_changed, head->size(),
              fmt::format("record {} was added past the log: its head counts {} records",
                          head->size(), head->size()));
        whole_ = false;
    } else if (whole_ && !tree_differs_ && *head != tree_) {
        name_head_fault(head->serialised(), tree_.serialised());
    }
    for (; next_checkpoint_ < checkpoints_.size(); ++next_checkpoint_) {
        const Believed& checkpoint = checkpoints_[next_checkpoint_];
        if (checkpoint.tree.size > next_index_) {
            fault(AuditFaultKind::tail_cut, next_index_,
                  fmt::format("the log was cut: it ends before record {}, checkpoint {} was made "
                              "over {} records",
                              next_index_, checkpoint.name, checkpoint.tree.size));
            return;
        }
    }
}

Result<void> LogAudit::check_seals(const StoredRecord& record) {
    if (record.index < 0 || record.text.find(R"("seals":[)") == std::string::npos) {
        return {}; // most records seal nothing: reading them again would take half of the time
    }
    const auto parsed = parse_audit_record(record.text);
    if (!parsed) {
        return {}; // said already
    }
    for (std::size_t i = 0; i < parsed->entry.seals.size(); ++i) {
        auto checked = rows_.check(static_cast<std::uint64_t>(record.index), i,
                                   parsed->entry.seals[i], verdict_);
        if (!checked) {
            return checked;
        }
    }
    return {};
}

Result<void> LogAudit::run() {
    compare_checkpoints(); // over nothing at all
    if (auto read = each_record(database_, [&](const auto& record) { return take(record); });
        !read) {
        return read;
    }
    check_head();
    verdict_.tree = {tree_.size(), tree_.root()};
    std::stable_sort(verdict_.faults.begin(), verdict_.faults.end(),
                     [](const AuditFault& a, const AuditFault& b) {
                         return a.record.value_or(0) < b.record.value_or(0);
                     });
    if (auto read = each_record(database_, [&](const auto& record) { return check_seals(record); });
        !read) {
        return read;
    }
    return rows_.finish(verdict_);
}

} // namespace

std::string_view name(AuditFaultKind kind) noexcept {
    switch (kind) {
    case AuditFaultKind::record_edited: return "record-edited";
    case AuditFaultKind::record_missing: return "record-missing";
    case AuditFaultKind::record_moved: return "record-moved";
    case AuditFaultKind::tail_cut: return "tail-cut";
    case AuditFaultKind::tree_changed: return "tree-changed";
    case AuditFaultKind::head_damaged: return "head-damaged";
    case AuditFaultKind::checkpoint_bad: return "checkpoint-bad";
    case AuditFaultKind::row_edited: return "row-edited";
    case AuditFaultKind::row_missing: return "row-missing";
    case AuditFaultKind::row_inserted: return "row-inserted";
    }
    return "";
}

std::string log_origin(const CaseInfo& info) {
    return "rempart/case/" + info.id;
}

Result<AuditVerdict> verify_log(Case& file, std::span<const KeptCheckpoint> checkpoints,
                                const std::optional<audit::PublicKey>& key) {
    return verify_log_of(file.database(), sealed_tables(),
                         {.kept = checkpoints, .origin = log_origin(file.info()), .key = key});
}

Result<AuditVerdict> verify_log_of(Database& database, std::span<const SealedTableFacts> tables,
                                   const ExpectedCheckpoints& checkpoints) {
    const auto snapshot = Snapshot::begin(database);
    if (!snapshot) {
        return fail(snapshot.error());
    }
    AuditVerdict verdict;
    LogAudit log(database, tables, verdict);
    log.believe(checkpoints.kept, checkpoints.origin, checkpoints.key);
    if (auto ran = log.run(); !ran) {
        return fail(std::move(ran).error());
    }
    return verdict;
}

} // namespace rempart::casefile
