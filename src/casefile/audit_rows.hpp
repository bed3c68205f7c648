// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The half of verifying a log that looks at rows: seals, lawful changes, and rows that no record
/// accounts for.

#include <map>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "casefile/row_seal.hpp"
#include "rempart/casefile/audit_verify.hpp"

namespace rempart::casefile {

/// Filled with every entry in the order of the log; then each seal is checked; then finish().
/// For one thread.
class RowAudit {
  public:
    /// \param tables all that are sealed in that database.
    RowAudit(Database& database, std::span<const SealedTableFacts> tables)
        : database_(database), facts_(tables) {}

    /// Learns what an entry changes and seals. \return `malformed` for a table that is not sealed.
    [[nodiscard]] Result<void> learn(std::uint64_t record, const AuditEntry& entry);
    /// Compares one seal with the rows. To be called after all was learnt, in the order of the log.
    [[nodiscard]] Result<void> check(std::uint64_t record, std::size_t ordinal, const RowSeal& seal,
                                     AuditVerdict& verdict);
    /// Compares the last state of each changed row, and looks for rows that nothing accounts for.
    [[nodiscard]] Result<void> finish(AuditVerdict& verdict);

  private:
    using Digest = std::optional<audit::Hash>;
    struct Change {
        std::uint64_t record = 0;
        Digest was, now;
    };
    /// All lawful changes of one unit, in the order of the log.
    struct History {
        std::vector<Change> changes;
        bool sealed_later = false; ///< A record after the last change seals it.
    };
    using Range = std::pair<RowId, RowId>;
    struct Table {
        std::map<RowId, History> histories;
        std::vector<Range> ranges; ///< Sealed keys; neighbours are joined.
    };
    struct Unit {
        RowId key = 0;
        audit::Hash digest{};
    };

    [[nodiscard]] Result<std::vector<Unit>>
    units_at(std::uint64_t record, const SealedTableFacts& facts, const RowSeal& seal);
    [[nodiscard]] Result<AuditFault> name_fault(std::uint64_t record, std::size_t ordinal,
                                                const RowSeal& seal,
                                                const std::vector<Unit>& units);
    [[nodiscard]] Result<void> check_histories(const SealedTableFacts& facts, Table& table,
                                               AuditVerdict& verdict);
    [[nodiscard]] Result<void> check_coverage(const SealedTableFacts& facts, Table& table,
                                              AuditVerdict& verdict);
    [[nodiscard]] Result<void> check_gap(const SealedTableFacts& facts, const Table& table,
                                         Range gap, AuditVerdict& verdict);

    [[nodiscard]] const SealedTableFacts* facts_named(std::string_view table) const;

    Database& database_;
    std::span<const SealedTableFacts> facts_;
    std::map<SealedTable, Table> tables_;
};

struct ExpectedCheckpoints {
    std::span<const KeptCheckpoint> kept;
    std::string origin; ///< Whose log they are of.
    std::optional<audit::PublicKey> key;
};
/// verify_log() for any database with a log: a case or a memory.
[[nodiscard]] Result<AuditVerdict> verify_log_of(Database& database,
                                                 std::span<const SealedTableFacts> tables,
                                                 const ExpectedCheckpoints& checkpoints);

/// Adds `fault` unless there are enough.
void note(AuditVerdict& verdict, AuditFault fault);

} // namespace rempart::casefile
