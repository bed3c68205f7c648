// SPDX-License-Identifier: Apache-2.0
#include "casefile/audited_change.hpp"

namespace rempart::casefile {

AuditedChange::AuditedChange(Database& database, Transaction transaction, AuditAct act)
    : database_(&database), transaction_(std::move(transaction)) {
    entry_.act = act;
    entry_.purpose = database.purpose();
}

Result<AuditedChange> AuditedChange::begin(Database& database, AuditAct act) {
    auto transaction = Transaction::begin(database);
    if (!transaction) {
        return fail(std::move(transaction).error());
    }
    return AuditedChange(database, std::move(*transaction), act);
}

Result<void> AuditedChange::touch(SealedTable table, RowId key) {
    if (touched_.contains({table, key})) {
        return {};
    }
    auto was = unit_digest(*database_, table, key);
    if (!was) {
        return fail(std::move(was).error());
    }
    touched_.emplace(std::pair(table, key), *was);
    return {};
}

Result<void> AuditedChange::seal(SealedTable table, RowId key) {
    return seal_stored(*database_, table, key, key, entry_.seals);
}

Result<void> AuditedChange::commit() {
    RowSealer sealer;
    for (const auto& [unit, was] : touched_) {
        auto now = unit_digest(*database_, unit.first, unit.second);
        if (!now) {
            return fail(std::move(now).error());
        }
        sealer.changed(unit.first, unit.second, was, *now);
    }
    sealer.move_into(entry_);
    if (const auto logged = append(*database_, entry_); !logged) {
        return fail(logged.error());
    }
    return transaction_.commit();
}

} // namespace rempart::casefile
