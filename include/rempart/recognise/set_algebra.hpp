// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// What hash sets have in common and what not, by walking through them in order: memory does not
/// grow with the sets. Whatever is read is checked as in a look-up.

#include <cstdint>
#include <functional>
#include <span>

#include "rempart/core/bytes.hpp"
#include "rempart/core/result.hpp"
#include "rempart/recognise/hash_set.hpp"

namespace rempart::recognise {

/// Most sets that one walk goes through.
inline constexpr std::size_t kMaxWalkedSets = 64;

/// Gives `take` each digest that is in any of `sets`, once, ascending, with who holds it: bit i is
/// set if sets[i] does. So each of them is the union; those held by all are the intersection; those
/// held by sets[1] alone are what is new in it.
/// \param take  (digest, holders); the digest is valid for the call; may stop the walk by an error
/// \return `invalid_argument` for sets of different kinds, or more than kMaxWalkedSets;
/// `integrity`,
///         `io`; what `take` returned
[[nodiscard]] Result<void>
walk_sets(std::span<const HashSet* const> sets,
          const std::function<Result<void>(ByteView, std::uint64_t)>& take);

struct SetOverlap {
    std::uint64_t only_first = 0;
    std::uint64_t both = 0;
    std::uint64_t only_second = 0; ///< What is new in the second.
    friend bool operator==(const SetOverlap&, const SetOverlap&) = default;
};

/// How many digests two sets share. \return as walk_sets
[[nodiscard]] Result<SetOverlap> compare_sets(const HashSet& first, const HashSet& second);

} // namespace rempart::recognise
