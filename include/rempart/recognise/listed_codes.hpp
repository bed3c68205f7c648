// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// 256-bit codes in the order of their lists, asked without a case: by looking at each one, or
/// through an index where so much is asked that making it pays. Both give the same.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "rempart/core/result.hpp"
#include "rempart/recognise/code_index.hpp"
#include "rempart/recognise/pdq_hash.hpp"

namespace rempart::recognise {

/// A code within the radius of one of several queries.
struct ListedMatch {
    std::uint32_t query = 0; ///< Its place among those that were asked.
    std::uint64_t index = 0; ///< The code's place in the list.
    int distance = 0;        ///< Bits, 0..256.
    friend auto operator<=>(const ListedMatch&, const ListedMatch&) = default;
};

/// From so many queries on an index is made. Our choice, by measurement (docs/recognition.md): of a
/// million codes it takes as long to make as that many scans; both grow with the codes.
inline constexpr std::size_t kQueriesWorthAnIndex = 256;

/// Immutable, then thread-safe.
class ListedCodes {
  public:
    /// \param queries how many will be asked, or at least; it decides how they are answered.
    /// \return `limit_exceeded` at 2^32 - 1 codes.
    [[nodiscard]] static Result<ListedCodes> of(std::vector<PdqHash> codes, std::size_t queries);

    [[nodiscard]] bool has_index() const { return index_.size() > 0; }

    /// All codes at most `radius` bits from each query, by query and place in the list; a code that
    /// stands there several times comes as often.
    /// \return `integrity` or `malformed` if the index contradicts itself: faulty memory.
    [[nodiscard]] Result<std::vector<ListedMatch>> find_within(std::span<const PdqHash> queries,
                                                               int radius) const;

  private:
    std::vector<PdqHash> codes_; ///< Empty if there is an index.
    CodeIndex index_;            ///< Its rows are places in the list.
};

} // namespace rempart::recognise
