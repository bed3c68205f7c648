// SPDX-License-Identifier: Apache-2.0
#include "recognise/pdq_index.hpp"

#include <bit>
#include <cassert>
#include <limits>
#include <utility>

namespace rempart::recognise {
namespace {

constexpr std::size_t kBands = 16;
constexpr int kBandBits = 16;
constexpr std::size_t kValues = std::size_t{1} << kBandBits;
constexpr std::size_t kStarts = kValues + 1; // of one band

std::uint16_t value_of(PdqHash hash, std::size_t band) {
    return static_cast<std::uint16_t>(hash.words()[band / 4] >> (kBandBits * (band % 4)));
}

// Whether one of the bands before `band` brings the two hashes together, too: then it has counted
// them already.
bool found_before(PdqHash a, PdqHash b, std::size_t band, int band_radius) {
    for (std::size_t k = 0; k < band; ++k) {
        if (std::popcount(static_cast<std::uint16_t>(value_of(a, k) ^ value_of(b, k))) <=
            band_radius) {
            return true;
        }
    }
    return false;
}

// Calls `visit` with each value at most `band_radius`, 0 or 1, bits from `value`.
template <typename Visit>
void each_value_near(std::uint16_t value, int band_radius, const Visit& visit) {
    visit(value);
    for (int bit = 0; bit < kBandBits && band_radius > 0; ++bit) {
        visit(static_cast<std::uint16_t>(value ^ (1U << bit)));
    }
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
        ++starts[std::size_t{value_of(hash, band)} + 1];
    }
    for (std::size_t value = 0; value < kValues; ++value) {
        starts[value + 1] += starts[value];
    }
    std::vector<std::uint32_t> next(starts.begin(), starts.end() - 1);
    for (std::size_t i = 0; i < hashes_.size(); ++i) {
        ids[next[value_of(hashes_[i], band)]++] = static_cast<std::uint32_t>(i);
    }
}

std::size_t PdqIndex::count_candidates(PdqHash query, int band_radius) const {
    std::size_t count = 0;
    for (std::size_t band = 0; band < kBands; ++band) {
        const std::uint32_t* const starts = starts_.data() + band * kStarts;
        each_value_near(value_of(query, band), band_radius,
                        [&](std::uint16_t value) { count += starts[value + 1U] - starts[value]; });
    }
    return count;
}

void PdqIndex::append_candidates(std::size_t band, std::uint16_t value, int band_radius,
                                 std::vector<std::uint32_t>& candidates) const {
    const std::uint32_t* const starts = starts_.data() + band * kStarts;
    const std::uint32_t* const ids = ids_.data() + band * hashes_.size();
    each_value_near(value, band_radius, [&](std::uint16_t near) {
        candidates.insert(candidates.end(), ids + starts[near], ids + starts[near + 1U]);
    });
}

void PdqIndex::find_within(PdqHash query, int radius, std::vector<PdqMatch>& matches,
                           std::vector<std::uint32_t>& scratch) const {
    // 16 bands with one differing bit each would already be 16 bits.
    const int band_radius = radius < static_cast<int>(kBands) ? 0 : 1;
    // Many like hashes crowd the same values: then looking at each one is less work.
    if (!is_indexed() || radius > kMaxIndexedRadius ||
        count_candidates(query, band_radius) > hashes_.size()) {
        const auto found = recognise::find_within(query, hashes_, radius);
        matches.insert(matches.end(), found.begin(), found.end());
        return;
    }
    constexpr std::size_t kAhead = 16; // hashes on their way from memory while one is compared
    for (std::size_t band = 0; band < kBands; ++band) {
        scratch.clear();
        append_candidates(band, value_of(query, band), band_radius, scratch);
        for (std::size_t i = 0; i < scratch.size(); ++i) {
            if (i + kAhead < scratch.size()) {
                __builtin_prefetch(&hashes_[scratch[i + kAhead]]);
            }
            const PdqHash hash = hashes_[scratch[i]];
            const int distance = hamming_distance(query, hash);
            if (distance <= radius && !found_before(query, hash, band, band_radius)) {
                matches.push_back({.index = scratch[i], .distance = distance});
            }
        }
    }
}

} // namespace rempart::recognise
