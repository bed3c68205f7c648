// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// A growing set of codes as a few immutable indexes, each at least 8 times as large as the next
/// one: so a query asks at most log8 n of them, and a code is written again about 4 log8 n times
/// (the logarithmic method of Bentley, Saxe, "Decomposable Searching Problems I", 1980).

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "rempart/core/result.hpp"
#include "rempart/recognise/code_index.hpp"
#include "rempart/recognise/live_code_index.hpp"

namespace rempart::recognise {

/// Cheap to copy: a copy shares the indexes, which never change.
class CodeLevels {
  public:
    /// \return `limit_exceeded`, `io` (no memory to map).
    [[nodiscard]] Result<void> add(std::span<const CodeEntry> entries);
    [[nodiscard]] std::size_t rows() const;
    /// The largest first.
    // Shared: by the states of a live index, which live as long as their last reader.
    [[nodiscard]] std::span<const std::shared_ptr<const CodeIndex>> levels() const {
        return levels_;
    }
    /// Those of both, which are not merged.
    void append(const CodeLevels& other);

  private:
    std::vector<std::shared_ptr<const CodeIndex>> levels_;
};

/// Calls `visit(code, row)` for each row of `index`, by code. \return what the index returns.
template <typename Visit>
[[nodiscard]] Result<void> each_row(const CodeIndex& index, const Visit& visit) {
    const auto codes = index.codes();
    if (!codes) {
        return fail(codes.error());
    }
    std::vector<CodeRow> rows;
    for (std::uint32_t code = 0; code < codes->size(); ++code) {
        rows.clear();
        Result<void> visited = index.append_rows(code, rows);
        for (const CodeRow& row : rows) {
            visited = visited ? visit((*codes)[code], row) : visited;
        }
        if (!visited) {
            return visited;
        }
    }
    return {};
}

} // namespace rempart::recognise
