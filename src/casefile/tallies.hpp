// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Totals, kept with every commit, so that a case of any size tells at once how far it is. They are
/// derived: recounted() gives the same from the rows themselves, and Case::check() compares.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "casefile/content_index.hpp"
#include "casefile/database.hpp"
#include "rempart/casefile/evidence.hpp"
#include "rempart/core/result.hpp"

namespace rempart::casefile {

/// What was added in one transaction, by exhibit and for the case as a whole.
class Tallies {
  public:
    /// An item that is stored, of the exhibit.
    void item(RowId exhibit, const std::optional<Error>& error);
    /// Its content. \param is_first_in_case no item had it before, in whatever exhibit.
    void content(RowId exhibit, const StoredContent& content, bool is_first_in_case);
    void message(RowId exhibit);
    /// Groups of the queue that an exhibit has seen; exhibit 0: those of the case.
    void groups(RowId exhibit, std::int64_t change);
    /// What a content lacked, and lacks now that it was completed: of the case and of each exhibit
    /// that has seen it.
    [[nodiscard]] Result<void> completed(Database& database, const StoredContent& was,
                                         const StoredContent& now);
    /// Hits with a higher row than `last_before`, which are stored, as are all items.
    [[nodiscard]] Result<void> hits(Database& database, RowId last_before);

    /// All pairs of a content and this list that count, `sign` times: -1 before entries of the list
    /// are switched, 1 after.
    [[nodiscard]] Result<void> hits_of_list(Database& database, RowId list, std::int64_t sign);

    /// Adds them to the table, within the transaction that they are about.
    [[nodiscard]] Result<void> store(Database& database);
    void clear() { changes_.clear(); }

  private:
    void add(RowId exhibit, std::string_view name, std::int64_t change);
    [[nodiscard]] Result<void> count_pairs(Database& database, std::string_view which,
                                           RowId parameter, std::int64_t sign);
    void lacks(RowId exhibit, const StoredContent& content, std::int64_t sign);

    std::map<std::pair<RowId, std::string>, std::int64_t> changes_;
};

/// Counted from the rows: slow, by definition right. \param exhibit null for the whole case.
[[nodiscard]] Result<Totals> recounted(Database& database, std::optional<RowId> exhibit);
/// As kept.
[[nodiscard]] Result<Totals> tallied(Database& database, std::optional<RowId> exhibit);

/// Makes the table anew from the rows, within the caller's transaction.
[[nodiscard]] Result<void> rebuild_tallies(Database& database);
/// \return `integrity` naming the first exhibit whose tallies are not what its rows give.
[[nodiscard]] Result<void> check_tallies(Database& database);

} // namespace rempart::casefile
