// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The leaders of groups, and which one is nearest: for NearGrouper.

#include <cstdint>
#include <limits>
#include <tuple>
#include <vector>

#include "recognise/codes/code_levels.hpp"
#include "rempart/recognise/near_groups.hpp"

namespace rempart::recognise {

/// A leader that may be the nearest. They are ordered as they are preferred.
struct NearLeader {
    static constexpr int kNone = std::numeric_limits<int>::max();
    int distance = kNone;
    std::size_t group = 0;
    Orientation orientation{};

    [[nodiscard]] bool exists() const { return distance != kNone; }
    friend auto operator<=>(const NearLeader&, const NearLeader&) = default;
};

/// Grows in two parts: levels of indexes, which many threads may ask while nobody adds, and the
/// latest leaders, which are looked at one by one.
class LeaderIndex {
  public:
    /// Our choice: so many are looked at in a few microseconds.
    static constexpr std::size_t kLatest = 1024;

    void add(NearContent leader, std::size_t group);
    /// Moves the latest into the levels where they are many. \return as NearGrouper::add.
    [[nodiscard]] Result<void> settle();

    /// What is preferred to `best` among the levels, or `best`. \return `integrity`: never for
    /// indexes in memory.
    [[nodiscard]] Result<NearLeader> nearest_settled(NearContent content, int radius,
                                                     CodeScratch& scratch) const;
    /// The same among the latest.
    [[nodiscard]] NearLeader nearest_latest(NearContent content, int radius, NearLeader best) const;

  private:
    CodeLevels levels_;
    std::vector<PdqHash> codes_;        ///< Of the latest.
    std::vector<std::uint32_t> groups_; ///< Beside them.
};

} // namespace rempart::recognise
