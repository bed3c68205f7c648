// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Which stretches of a medium were found unreadable so far.

#include <cstdint>
#include <vector>

#include "rempart/examine/source.hpp"

namespace rempart::examine {

class DamageMap {
  public:
    /// Adds a stretch; it may touch or overlap others. Nothing for size 0.
    void add(UnreadRange range);
    /// The parts of `within` that are damaged, in order.
    [[nodiscard]] std::vector<UnreadRange> inside(UnreadRange within) const;
    [[nodiscard]] bool empty() const { return ranges_.empty(); }
    /// All of it: in order, disjoint, no two touching.
    [[nodiscard]] const std::vector<UnreadRange>& ranges() const { return ranges_; }

  private:
    std::vector<UnreadRange> ranges_;
};

/// Sum of the sizes.
[[nodiscard]] std::uint64_t total_bytes(const std::vector<UnreadRange>& ranges);

} // namespace rempart::examine
