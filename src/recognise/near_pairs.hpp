// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Every pair of near hashes between two lists, found band by band (see pdq_bands.hpp).
///
/// A pass over one band takes all that is asked with one value there together, so that what it is
/// compared with is gathered once: several times faster than asking an index for one hash after the
/// other.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

#include "rempart/recognise/pdq_hash.hpp"

namespace rempart::recognise {

class NearPairs {
  public:
    /// Called with the places of a pair in both lists.
    using Visit = std::function<void(std::size_t asked, std::size_t hash)>;

    /// Holds views: both lists must outlive it. \pre both have less than 2^32 hashes
    NearPairs(std::span<const PdqHash> asked, std::span<const PdqHash> hashes, int radius)
        : asked_(asked), hashes_(hashes), radius_(radius) {}

    /// Whether the bands leave fewer pairs to compare than there are.
    [[nodiscard]] bool bands_help() const;

    /// The near pairs that come together in `band`. All bands give all pairs within the radius,
    /// some more than once. \pre bands_help()
    void visit_band(std::size_t band, const Visit& visit) const;

    /// The near pairs of the part `slice` of `slices` of what is asked, by looking at each pair.
    void visit_slice(std::size_t slice, std::size_t slices, const Visit& visit) const;

  private:
    [[nodiscard]] std::uint64_t pairs_in(std::size_t band) const;

    std::span<const PdqHash> asked_;
    std::span<const PdqHash> hashes_;
    int radius_;
};

} // namespace rempart::recognise
