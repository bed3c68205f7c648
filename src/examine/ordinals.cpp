// SPDX-License-Identifier: Apache-2.0
#include "rempart/examine/ordinals.hpp"

#include <algorithm>
#include <cassert>
#include <functional>
#include <limits>

namespace rempart::examine {

std::vector<OrdinalRun> ordinal_runs(std::span<const std::uint64_t> ordinals, std::size_t most) {
    assert(most > 0);
    std::vector<std::uint64_t> gaps; // between neighbours that do not touch
    for (std::size_t i = 1; i < ordinals.size(); ++i) {
        assert(ordinals[i] > ordinals[i - 1]);
        if (const std::uint64_t gap = ordinals[i] - ordinals[i - 1] - 1; gap > 0) {
            gaps.push_back(gap);
        }
    }
    // Gaps up to this one are closed. Of equal ones all are, which may leave fewer runs than most.
    std::uint64_t closed = 0;
    if (gaps.size() >= most) {
        const auto first_closed = gaps.begin() + static_cast<std::ptrdiff_t>(most - 1);
        std::ranges::nth_element(gaps, first_closed, std::greater<>());
        closed = *first_closed;
    }
    std::vector<OrdinalRun> runs;
    for (const std::uint64_t ordinal : ordinals) {
        if (runs.empty() || ordinal - runs.back().end > closed) {
            runs.push_back({ordinal, ordinal + 1});
        } else {
            runs.back().end = ordinal + 1;
        }
    }
    return runs;
}

bool are_ordinal_runs(std::span<const OrdinalRun> runs) noexcept {
    for (std::size_t i = 0; i < runs.size(); ++i) {
        if (runs[i].end <= runs[i].first || (i > 0 && runs[i].first <= runs[i - 1].end)) {
            return false;
        }
    }
    return true;
}

std::uint64_t next_wanted(std::span<const OrdinalRun> runs, std::uint64_t from) noexcept {
    if (runs.empty()) {
        return from;
    }
    const auto run = std::ranges::upper_bound(runs, from, {}, &OrdinalRun::end);
    return run == runs.end() ? std::numeric_limits<std::uint64_t>::max()
                             : std::max(run->first, from);
}

} // namespace rempart::examine
