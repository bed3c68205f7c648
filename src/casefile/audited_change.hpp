// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// A change of a few rows with its record in the log: both or neither.

#include <map>
#include <optional>
#include <utility>

#include "casefile/database.hpp"
#include "casefile/row_seal.hpp"
#include "rempart/casefile/audit.hpp"

namespace rempart::casefile {

class AuditedChange {
  public:
    [[nodiscard]] static Result<AuditedChange> begin(Database& database, AuditAct act);

    /// To be called before rows of that key are written, changed or deleted, once or more often.
    [[nodiscard]] Result<void> touch(SealedTable table, RowId key);
    /// Rows of a key that is new, written since: covered by a seal of their own.
    [[nodiscard]] Result<void> seal(SealedTable table, RowId key);
    [[nodiscard]] AuditEntry& entry() { return entry_; }
    /// Writes the record, with what became of all that was touched, and commits.
    [[nodiscard]] Result<void> commit();

  private:
    AuditedChange(Database& database, Transaction transaction, AuditAct act);
    Database* database_;
    Transaction transaction_;
    AuditEntry entry_;
    std::map<std::pair<SealedTable, RowId>, std::optional<audit::Hash>> touched_;
};

} // namespace rempart::casefile
