// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Groups of near-duplicate pictures, so that people look at one of each.
///
/// Two pictures are near if any orientation of one is within the radius of the other (quality of
/// both at least kMinPdqQuality). Groups are the connected components of "near": complete (no pair
/// within the radius is missed) and the same whatever the order of the input.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "rempart/recognise/pdq.hpp"

namespace rempart::recognise {

/// The group of each fingerprint: the smallest index of its group. Every pair is compared, 8
/// orientations each, on `threads` threads: n * n * 4 distances.
[[nodiscard]] std::vector<std::size_t> near_groups(std::span<const PdqFingerprint> fingerprints,
                                                   int radius = PdqHash::kMatchDistance,
                                                   unsigned threads = 1);

} // namespace rempart::recognise
