// SPDX-License-Identifier: Apache-2.0
#include "recognise/near_pairs.hpp"

#include <algorithm>
#include <cassert>
#include <span>
#include <vector>

#include "recognise/pdq_bands.hpp"
#include "recognise/pdq_kernel.hpp"
#include "rempart/recognise/pdq_scan.hpp"

namespace rempart::recognise {
namespace {

/// The places of hashes, sorted by their value in one band; equal ones in their order.
struct BandOrder {
    std::vector<std::uint32_t> starts; ///< Of each value, and the end.
    std::vector<std::uint32_t> places;

    BandOrder(std::span<const PdqHash> hashes, std::size_t band)
        : starts(kBandValues + 1), places(hashes.size()) {
        for (const PdqHash hash : hashes) {
            ++starts[std::size_t{band_value(hash, band)} + 1];
        }
        for (std::size_t value = 0; value < kBandValues; ++value) {
            starts[value + 1] += starts[value];
        }
        std::vector<std::uint32_t> next(starts.begin(), starts.end() - 1);
        for (std::size_t i = 0; i < hashes.size(); ++i) {
            places[next[band_value(hashes[i], band)]++] = static_cast<std::uint32_t>(i);
        }
    }

    [[nodiscard]] std::span<const std::uint32_t> with(std::size_t value) const {
        return std::span(places).subspan(starts[value], starts[value + 1] - starts[value]);
    }
};

/// The hashes that may be near one value of a band, side by side for all who ask with it. Reusable.
struct Candidates {
    std::vector<std::uint32_t> places;
    std::vector<PdqHash> hashes;

    void gather(std::span<const PdqHash> all, const BandOrder& listed, std::uint16_t value,
                int bits) {
        places.clear();
        hashes.clear();
        each_value_near(value, bits, [&](std::uint16_t near) {
            const auto of_value = listed.with(near);
            places.insert(places.end(), of_value.begin(), of_value.end());
        });
        for (const std::uint32_t place : places) {
            hashes.push_back(all[place]);
        }
    }
};

std::vector<std::uint32_t> count_values(std::span<const PdqHash> hashes, std::size_t band) {
    std::vector<std::uint32_t> counts(kBandValues);
    for (const PdqHash hash : hashes) {
        ++counts[band_value(hash, band)];
    }
    return counts;
}

} // namespace

std::uint64_t NearPairs::pairs_in(std::size_t band) const {
    const auto asked = count_values(asked_, band);
    const auto listed = count_values(hashes_, band);
    std::uint64_t pairs = 0;
    for (std::size_t value = 0; value < kBandValues; ++value) {
        if (asked[value] == 0) {
            continue;
        }
        each_value_near(
            static_cast<std::uint16_t>(value), band_radius(radius_),
            [&](std::uint16_t near) { pairs += std::uint64_t{asked[value]} * listed[near]; });
    }
    return pairs;
}

bool NearPairs::bands_help() const {
    if (radius_ > kMaxBandedRadius) {
        return false;
    }
    const std::uint64_t all = std::uint64_t{asked_.size()} * hashes_.size();
    std::uint64_t pairs = kBands * kBandValues; // going through the values is work, too
    for (std::size_t band = 0; band < kBands && pairs < all; ++band) {
        pairs += pairs_in(band);
    }
    return pairs < all;
}

void NearPairs::visit_band(std::size_t band, const Visit& visit) const {
    assert(radius_ <= kMaxBandedRadius);
    const BandOrder listed(hashes_, band);
    const BandOrder questions(asked_, band);
    Candidates candidates;
    std::vector<std::uint32_t> found;
    const auto ask = [&](std::uint32_t question) {
        found.clear();
        append_near(asked_[question], candidates.hashes, radius_, found);
        for (const std::uint32_t i : found) {
            visit(question, candidates.places[i]);
        }
    };
    for (std::size_t value = 0; value < kBandValues; ++value) {
        const auto asking = questions.with(value);
        if (asking.empty()) {
            continue;
        }
        candidates.gather(hashes_, listed, static_cast<std::uint16_t>(value), band_radius(radius_));
        std::ranges::for_each(asking, ask);
    }
}

void NearPairs::visit_slice(std::size_t slice, std::size_t slices, const Visit& visit) const {
    for (std::size_t question = slice; question < asked_.size(); question += slices) {
        for (const PdqMatch& match : find_within(asked_[question], hashes_, radius_)) {
            visit(question, match.index);
        }
    }
}

} // namespace rempart::recognise
