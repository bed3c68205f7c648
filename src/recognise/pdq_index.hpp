// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Every hash within a distance of a query, without looking at each one, and without missing any.
///
/// Multi-index hashing over the bands of pdq_bands.hpp.

#include <cstdint>
#include <span>
#include <vector>

#include "rempart/recognise/pdq_hash.hpp"
#include "rempart/recognise/pdq_scan.hpp"

namespace rempart::recognise {

/// Immutable: const methods may run on many threads at once. Memory: 96 bytes a hash and 4 MiB; 32
/// bytes a hash up to kMinIndexed of them, which are looked at one by one.
class PdqIndex {
  public:
    /// Our choice: below it a scan takes less time than 272 look-ups.
    static constexpr std::size_t kMinIndexed = 2048;

    PdqIndex() = default;
    /// \pre at most 2^32 - 1 hashes
    explicit PdqIndex(std::vector<PdqHash> hashes);

    [[nodiscard]] std::span<const PdqHash> hashes() const { return hashes_; }

    /// Appends to `matches` what find_within of pdq_scan.hpp would return, in an order of its own
    /// that depends on nothing but the hashes. `scratch` saves allocations from call to call.
    void find_within(PdqHash query, int radius, std::vector<PdqMatch>& matches,
                     std::vector<std::uint32_t>& scratch) const;

  private:
    [[nodiscard]] bool is_indexed() const { return !starts_.empty(); }
    void build_band(std::size_t band);
    /// The hashes whose value in `band` is within `bits`, 0 or 1, of the query's.
    void append_candidates(std::size_t band, std::uint16_t value, int bits,
                           std::vector<std::uint32_t>& candidates) const;
    [[nodiscard]] std::size_t count_candidates(PdqHash query, int bits) const;

    std::vector<PdqHash> hashes_;
    /// By band: where in `ids_` each value's hashes begin, and the end.
    std::vector<std::uint32_t> starts_;
    std::vector<std::uint32_t> ids_; ///< By band, then by value in it, then in order.
};

} // namespace rempart::recognise
