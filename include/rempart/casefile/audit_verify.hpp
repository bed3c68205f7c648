// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Whether the log of a case and the rows that it seals are as they were written, and which record
/// or row is the first that is not. Needs one pass over the log and one over the sealed rows, in
/// bounded memory: what grows is a few dozen bytes for each lawful change of a row.

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "rempart/audit/checkpoint.hpp"
#include "rempart/casefile/audit.hpp"
#include "rempart/casefile/case.hpp"
#include "rempart/core/result.hpp"

namespace rempart::casefile {

enum class AuditFaultKind : std::uint8_t {
    record_edited,  ///< Its bytes are not those of its leaf, or no record at all.
    record_missing, ///< Its number is passed over.
    record_moved,   ///< It bears another's number: swapped.
    tail_cut,       ///< The log ends before its head or a checkpoint says so.
    tree_changed,   ///< Records were edited together with their leaves.
    head_damaged,   ///< The stored state of the tree cannot be read.
    checkpoint_bad, ///< A checkpoint is not of this log, or is not signed by the key.
    row_edited,
    row_missing,
    row_inserted,
};

/// The stable name ("record-edited"), as it stands in JSON.
[[nodiscard]] std::string_view name(AuditFaultKind kind) noexcept;

struct AuditFault {
    AuditFaultKind kind{};
    /// The record, or the one whose seal or change does not hold. None where a fault is of no
    /// single record, as for a row that no record accounts for.
    std::optional<std::uint64_t> record;
    std::string table;        ///< Of a row; "" otherwise.
    std::optional<RowId> row; ///< Key of the row; none if only its seal's range is known.
    std::string what;         ///< One sentence.
};

struct AuditVerdict {
    audit::TreeHead tree; ///< As recomputed.
    std::uint64_t checkpoints = 0, seals = 0, rows = 0;
    /// Faults of the log by rising record, then those of rows by the record that seals them; the
    /// first kMaxAuditFaults.
    std::vector<AuditFault> faults;
    [[nodiscard]] bool sound() const { return faults.empty(); }
};

inline constexpr std::size_t kMaxAuditFaults = 32;

/// A checkpoint that was kept: in the case's own folder or, better, elsewhere.
struct KeptCheckpoint {
    std::string name; ///< For messages.
    std::string note;
};

/// Checks the log against its tree, each checkpoint against the log, and the sealed rows against
/// the log. With a `key`, checkpoints must be signed by it.
/// \return `io`; what is wrong with the log itself is in the verdict.
[[nodiscard]] Result<AuditVerdict> verify_log(Case& file,
                                              std::span<const KeptCheckpoint> checkpoints,
                                              const std::optional<audit::PublicKey>& key);

/// The name under which checkpoints of that case are signed: "rempart/case/UUID".
[[nodiscard]] std::string log_origin(const CaseInfo& info);

} // namespace rempart::casefile
