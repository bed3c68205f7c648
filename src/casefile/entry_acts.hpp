// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// What every act on entries of a list writes: its sealed rows, which hashes are off, the totals.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "casefile/audited_change.hpp"
#include "casefile/database.hpp"
#include "rempart/casefile/list_entries.hpp"

namespace rempart::casefile {

/// The rows of the hashes of some entries, by entry.
using EntryRows = std::map<std::uint64_t, std::vector<RowId>>;

struct ActRow {
    RowId list = 0;
    std::uint64_t entry = 0;
    EntryAct act{};
    std::string reason;
};

/// \return `not_found`.
[[nodiscard]] Result<RowId> list_named(Database& database, const std::string& name);
/// \return `not_found` naming the first entry that the list does not have.
[[nodiscard]] Result<EntryRows> rows_of(Database& database, RowId list,
                                        const std::vector<std::uint64_t>& entries);
/// Within the caller's change. \pre all are of one list, and `rows` has their entries.
[[nodiscard]] Result<void> store_acts(Database& database, AuditedChange& change,
                                      const EntryRows& rows, const std::vector<ActRow>& acts);
/// What the record says of them.
void describe(AuditEntry& entry, std::string_view list, const std::vector<ActRow>& acts);

} // namespace rempart::casefile
