// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The log of a case: each act on it is a record that is committed together with the act, under the
/// root of a Merkle tree (rempart/audit/merkle.hpp), with seals over the rows that the act wrote.
/// docs/audit.md says what a record looks like and what the log can prove.

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rempart/audit/hash.hpp"
#include "rempart/audit/merkle.hpp"
#include "rempart/casefile/case.hpp"
#include "rempart/casefile/records.hpp"
#include "rempart/core/bytes.hpp"
#include "rempart/core/result.hpp"
#include "rempart/core/time.hpp"

namespace rempart::casefile {

/// What was done. The order is that of kAuditActs.
enum class AuditAct : std::uint8_t {
    case_created,
    log_began,
    exhibit_added,
    list_added,
    list_matched,
    list_updated,
    ingest_started,
    ingest_commit,
    ingest_finished,
    rows_changed,
    viewed,
    searched,
    reported,
    exported,
    verified,
    checkpoint,
    log_shown,
    proof_given,
    role_given,
    role_withdrawn,
    decision_asked,
    decided,
    memory_created,
    memory_shared,
    memory_asked,
    memory_withdrawn,
    export_written,
    entries_switched,
    entry_judged,
};

struct AuditActFacts {
    AuditAct act;
    std::string_view name; ///< As it stands in records. Never changes once released.
    /// Whether it reads or discloses personal data: then a purpose is required (Directive (EU)
    /// 2016/680, Article 25(1): consultation and disclosure).
    bool needs_purpose;
};

inline constexpr std::array kAuditActs{
    AuditActFacts{AuditAct::case_created, "case-created", false},
    AuditActFacts{AuditAct::log_began, "log-began", false},
    AuditActFacts{AuditAct::exhibit_added, "exhibit-added", false},
    AuditActFacts{AuditAct::list_added, "list-added", false},
    AuditActFacts{AuditAct::list_matched, "list-matched", false},
    AuditActFacts{AuditAct::list_updated, "list-updated", false},
    AuditActFacts{AuditAct::ingest_started, "ingest-started", false},
    AuditActFacts{AuditAct::ingest_commit, "ingest-commit", false},
    AuditActFacts{AuditAct::ingest_finished, "ingest-finished", false},
    AuditActFacts{AuditAct::rows_changed, "rows-changed", false},
    AuditActFacts{AuditAct::viewed, "viewed", true},
    AuditActFacts{AuditAct::searched, "searched", true},
    AuditActFacts{AuditAct::reported, "reported", true},
    AuditActFacts{AuditAct::exported, "exported", true},
    AuditActFacts{AuditAct::verified, "verified", false},
    AuditActFacts{AuditAct::checkpoint, "checkpoint", false},
    AuditActFacts{AuditAct::log_shown, "log-shown", true},
    AuditActFacts{AuditAct::proof_given, "proof-given", true},
    AuditActFacts{AuditAct::role_given, "role-given", false},
    AuditActFacts{AuditAct::role_withdrawn, "role-withdrawn", false},
    AuditActFacts{AuditAct::decision_asked, "decision-asked", false},
    AuditActFacts{AuditAct::decided, "decided", false},
    AuditActFacts{AuditAct::memory_created, "memory-created", false},
    AuditActFacts{AuditAct::memory_shared, "memory-shared", true},
    AuditActFacts{AuditAct::memory_asked, "memory-asked", true},
    AuditActFacts{AuditAct::memory_withdrawn, "memory-withdrawn", true},
    AuditActFacts{AuditAct::export_written, "export-written", true},
    AuditActFacts{AuditAct::entries_switched, "entries-switched", false},
    AuditActFacts{AuditAct::entry_judged, "entry-judged", false},
};

[[nodiscard]] constexpr const AuditActFacts& facts_of(AuditAct act) {
    return kAuditActs[static_cast<std::size_t>(act)];
}
[[nodiscard]] std::optional<AuditAct> audit_act_named(std::string_view name) noexcept;

/// What an act was about: ids and digests, never evidence content.
struct AuditDetail {
    std::string name, value;
    friend bool operator==(const AuditDetail&, const AuditDetail&) = default;
};

/// A seal over the rows of one table whose keys lie in [first, last]; see
/// src/casefile/row_seal.hpp.
struct RowSeal {
    std::string table;
    RowId first = 0, last = 0;
    std::uint64_t count = 0; ///< Distinct keys.
    audit::Hash sha256{};
    /// The first 4 bytes of each key's digest, to name the row that fails. Not part of the record:
    /// a hint that can blur a name and hide nothing. May be empty.
    Bytes marks;
};

/// A row (all rows of one key) that sealed or not was lawfully changed: its digest before and
/// after; none where there was or is none.
struct RowChange {
    std::string table;
    RowId key = 0;
    std::optional<audit::Hash> was, now;
    friend bool operator==(const RowChange&, const RowChange&) = default;
};

struct AuditEntry {
    AuditAct act{};
    /// "" for whoever acts: local_actor(), or on a server the user who is logged in there, whatever
    /// stands here (the database takes no other).
    std::string who;
    TimeValue at;        ///< utc; none for now.
    std::string purpose; ///< Free text.
    std::vector<AuditDetail> subject;
    std::vector<RowSeal> seals;
    std::vector<RowChange> changes;
};

/// The largest record in bytes. Our choice: far above any act's, and far below what SQLite and
/// PostgreSQL take in one value. A writer with more changes than kMaxRowChanges makes more records.
inline constexpr std::size_t kMaxRecordBytes = std::size_t{16} << 20;
inline constexpr std::size_t kMaxRowChanges = 50'000;

/// "user@host": the name of the effective user and of the machine, as the system gives them.
[[nodiscard]] std::string local_actor();

/// Adds the entry as the log's next record, within the caller's transaction, so that both last or
/// neither does. \return the record's index (from 0); `invalid_argument` outside a transaction,
/// without a purpose where one is needed, or for text that is not UTF-8; `limit_exceeded`;
/// `integrity` if the head of the log is damaged; `io`.
[[nodiscard]] Result<std::uint64_t> append(Database& database, const AuditEntry& entry);
/// The same for several, with one update of the head. \return the index of the first.
[[nodiscard]] Result<std::uint64_t> append(Database& database, std::span<const AuditEntry> entries);

/// Records an act that writes nothing else (viewing, exporting): in a transaction of its own, over
/// a connection of its own where `file` was opened for reading.
/// \return as append; `refused` if another process holds the case's writing too long.
[[nodiscard]] Result<std::uint64_t> record_act(Case& file, const AuditEntry& entry);

/// The state of the tree. \return `integrity` if its row is damaged or missing; `io`.
[[nodiscard]] Result<audit::TreeHead> audit_head(Database& database);

} // namespace rempart::casefile
