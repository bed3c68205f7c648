// SPDX-License-Identifier: Apache-2.0
#include "recognise/pdq_index.hpp"

#include <algorithm>
#include <bit>
#include <cassert>
#include <limits>
#include <utility>

#include "recognise/pdq_bands.hpp"
#include "recognise/pdq_kernel.hpp"

namespace rempart::recognise {
namespace {

constexpr std::size_t kStarts = kBandValues + 1; // of one band

// Whether one of the bands before `band` brings the two hashes together, too: then it has counted
// them already.
bool found_before(PdqHash a, PdqHash b, std::size_t band, int bits) {
    for (std::size_t k = 0; k < band; ++k) {
        if (std::popcount(static_cast<std::uint16_t>(band_value(a, k) ^ band_value(b, k))) <=
            bits) {
            return true;
        }
    }
    return false;
}

} // namespace

PdqIndex::PdqIndex(std::vector<PdqHash> hashes) : hashes_(std::move(hashes)) {
    assert(hashes_.size() < std::numeric_limits<std::uint32_t>::max());
    if (hashes_.size() < kMinIndexed) {
        return;
    }
    starts_.resize(kBands * kStarts);
    ids_.resize(kBands * hashes_.size());
    for (std::size_t band = 0; band < kBands; ++band) {
        build_band(band);
    }
}

// Counting sort of the hashes by their value in the band.
void PdqIndex::build_band(std::size_t band) {
    const auto starts = std::span(starts_).subspan(band * kStarts, kStarts);
    const auto ids = std::span(ids_).subspan(band * hashes_.size(), hashes_.size());
    for (const PdqHash hash : hashes_) {
        ++starts[std::size_t{band_value(hash, band)} + 1];
    }
    for (std::size_t value = 0; value < kBandValues; ++value) {
        starts[value + 1] += starts[value];
    }
    std::vector<std::uint32_t> next(starts.begin(), starts.end() - 1);
    for (std::size_t i = 0; i < hashes_.size(); ++i) {
        ids[next[band_value(hashes_[i], band)]++] = static_cast<std::uint32_t>(i);
    }
}

std::size_t PdqIndex::count_candidates(PdqHash query, int bits) const {
    std::size_t count = 0;
    for (std::size_t band = 0; band < kBands; ++band) {
        const std::uint32_t* const starts = starts_.data() + band * kStarts;
        each_value_near(band_value(query, band), bits,
                        [&](std::uint16_t value) { count += starts[value + 1U] - starts[value]; });
    }
    return count;
}

void PdqIndex::append_candidates(std::size_t band, std::uint16_t value, int bits,
                                 std::vector<std::uint32_t>& candidates) const {
    const std::uint32_t* const starts = starts_.data() + band * kStarts;
    const std::uint32_t* const ids = ids_.data() + band * hashes_.size();
    each_value_near(value, bits, [&](std::uint16_t near) {
        candidates.insert(candidates.end(), ids + starts[near], ids + starts[near + 1U]);
    });
}

void PdqIndex::find_within(PdqHash query, int radius, std::vector<PdqMatch>& matches,
                           std::vector<std::uint32_t>& scratch) const {
    const int bits = band_radius(radius);
    // Many like hashes crowd the same values: then looking at each one is less work.
    if (!is_indexed() || radius > kMaxBandedRadius ||
        count_candidates(query, bits) > hashes_.size()) {
        const auto found = recognise::find_within(query, hashes_, radius);
        matches.insert(matches.end(), found.begin(), found.end());
        return;
    }
    for (std::size_t band = 0; band < kBands; ++band) {
        scratch.clear();
        append_candidates(band, band_value(query, band), bits, scratch);
        const auto known = static_cast<std::ptrdiff_t>(matches.size());
        append_near_among(query, hashes_, scratch, radius, matches);
        matches.erase(std::remove_if(matches.begin() + known, matches.end(),
                                     [&](const PdqMatch& match) {
                                         return found_before(query, hashes_[match.index], band,
                                                             bits);
                                     }),
                      matches.end());
    }
}

} // namespace rempart::recognise
