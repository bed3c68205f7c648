// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Which items of a source are asked for: runs of ordinals, so that a second walk reads only what
/// the first one left aside.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace rempart::examine {

struct OrdinalRun {
    std::uint64_t first = 0;
    std::uint64_t end = 0; ///< Behind the last.
    friend bool operator==(const OrdinalRun&, const OrdinalRun&) = default;
};

/// Our choice: 16 bytes each, so that a request stays far below what one message may hold.
inline constexpr std::size_t kMaxOrdinalRuns = 8'192;

/// Runs that hold all of `ordinals`. If they are more than `most` runs, those with the least
/// between them are joined, and what lies between comes with them.
/// \param ordinals rising. \pre most > 0.
[[nodiscard]] std::vector<OrdinalRun> ordinal_runs(std::span<const std::uint64_t> ordinals,
                                                   std::size_t most = kMaxOrdinalRuns);

/// Whether runs are not empty, rising and apart.
[[nodiscard]] bool are_ordinal_runs(std::span<const OrdinalRun> runs) noexcept;

/// The first ordinal at or behind `from` that is asked for; the largest number there is if none
/// follows. No runs ask for everything.
[[nodiscard]] std::uint64_t next_wanted(std::span<const OrdinalRun> runs,
                                        std::uint64_t from) noexcept;

} // namespace rempart::examine
