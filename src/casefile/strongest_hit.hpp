// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Several digests and entries of one list may know one content: what is told is one hit.

#include "rempart/casefile/evidence.hpp"

namespace rempart::casefile {

/// One hit from rows of one place that follow each other by entry.
class StrongestHit {
  public:
    explicit StrongestHit(HitView first);

    /// Whether `next` has the same content, list and kind of match. The place is the caller's.
    [[nodiscard]] bool covers(const HitView& next) const;
    /// \pre covers(next), and its entry is not below the one before.
    void take(HitView&& next);
    [[nodiscard]] HitView finish() &&;

  private:
    HitView best_;
    std::uint64_t last_entry_ = 0;
};

} // namespace rempart::casefile
