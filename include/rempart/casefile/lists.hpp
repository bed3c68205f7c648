// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The lists of known material that belong to a case.

#include <functional>
#include <vector>

#include "rempart/casefile/case.hpp"

namespace rempart::casefile {

/// Adds a list in one transaction: begin, add entries, finish. Destroyed before finish: nothing is
/// stored.
class ListWriter {
  public:
    /// \return `invalid_argument` if the name is taken.
    [[nodiscard]] static Result<ListWriter> begin(Case& file, const ListRecord& list);
    ListWriter(ListWriter&&) noexcept;
    ListWriter& operator=(ListWriter&&) noexcept;
    ~ListWriter();
    [[nodiscard]] Result<void> add(const ListEntryRecord& entry);
    /// Stores the final counts, and where `counts` names them the scheme, format and source that
    /// were learnt while reading, and commits. Returns the list's row.
    [[nodiscard]] Result<RowId> finish(const ListRecord& counts);

  private:
    struct State;
    explicit ListWriter(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

[[nodiscard]] Result<std::vector<ListRecord>> lists(Case& file);
/// Every listed hash of one list in the order of rows.
[[nodiscard]] Result<void>
each_entry(Case& file, RowId list, const std::function<Result<void>(const ListEntryRecord&)>& take);

} // namespace rempart::casefile
