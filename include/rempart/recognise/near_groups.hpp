// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Groups of near-duplicate pictures, so that people look at one of each.
///
/// Two pictures are near if any orientation of one is within the radius of the other as it is,
/// asked from either side (quality of both at least kMinPdqQuality). Groups are the connected
/// components of "near": complete (no pair within the radius is missed) and the same whatever the
/// order of the input.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "rempart/recognise/pdq.hpp"

namespace rempart::recognise {

/// The group of each fingerprint: the smallest index of its group. A picture below the quality is
/// alone in its group, whatever it looks like.
///
/// Each picture is asked for in its 8 orientations, on `threads` threads (0 counts as 1, more than
/// 16 are of little use). No pair is missed, but not each pair is compared: the search goes through
/// the bands of multi-index hashing, unless so many pictures are alike that comparing each pair is
/// less work. docs/recognition.md has figures. Memory: 350 bytes a picture, and 80 more a picture
/// and thread.
[[nodiscard]] std::vector<std::size_t> near_groups(std::span<const PdqFingerprint> fingerprints,
                                                   int radius = PdqHash::kMatchDistance,
                                                   unsigned threads = 1);

} // namespace rempart::recognise
