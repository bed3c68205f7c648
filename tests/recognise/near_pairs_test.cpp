// SPDX-License-Identifier: Apache-2.0
#include "recognise/near_pairs.hpp"

#include <set>
#include <utility>

#include <gtest/gtest.h>

#include "recognise/hashes.hpp"
#include "recognise/pdq_bands.hpp"

namespace rempart::recognise {
namespace {

using Pairs = std::set<std::pair<std::size_t, std::size_t>>;

Pairs by_bands(const NearPairs& pairs) {
    Pairs found;
    for (std::size_t band = 0; band < kBands; ++band) {
        pairs.visit_band(band, [&](std::size_t a, std::size_t b) { found.emplace(a, b); });
    }
    return found;
}

Pairs by_slices(const NearPairs& pairs, std::size_t slices) {
    Pairs found;
    for (std::size_t slice = 0; slice < slices; ++slice) {
        pairs.visit_slice(slice, slices, [&](std::size_t a, std::size_t b) {
            EXPECT_TRUE(found.emplace(a, b).second) << "twice";
        });
    }
    return found;
}

TEST(NearPairs, BandsAndSlicesFindEachPairWithinTheRadiusAndNoOther) {
    const auto hashes = clustered(300, 30, 1);
    std::mt19937_64 rng(2);
    std::vector<PdqHash> asked;
    for (int i = 0; i < 200; ++i) {
        asked.push_back(changed(hashes[rng() % hashes.size()], static_cast<int>(rng() % 33), rng));
    }
    for (const int radius : {0, 1, 15, 16, 30, 31}) {
        Pairs expected;
        for (std::size_t a = 0; a < asked.size(); ++a) {
            for (std::size_t b = 0; b < hashes.size(); ++b) {
                if (hamming_distance(asked[a], hashes[b]) <= radius) {
                    expected.emplace(a, b);
                }
            }
        }
        EXPECT_FALSE(expected.empty());
        const NearPairs pairs(asked, hashes, radius);
        EXPECT_EQ(by_bands(pairs), expected) << radius;
        EXPECT_EQ(by_slices(pairs, 7), expected) << radius;
    }
}

TEST(NearPairs, BandsHelpManyUnlikeHashesButNotFewOrLikeOnesOrALargeRadius) {
    std::mt19937_64 rng(3);
    std::vector<PdqHash> unlike(2'000);
    std::ranges::generate(unlike, [&] { return random_hash(rng); });
    const std::vector<PdqHash> like(2'000, unlike[0]);
    EXPECT_TRUE(NearPairs(unlike, unlike, 31).bands_help());
    EXPECT_FALSE(NearPairs(unlike, unlike, 32).bands_help());
    EXPECT_FALSE(NearPairs(like, like, 31).bands_help());
    EXPECT_FALSE(NearPairs(std::span(unlike).first(20), unlike, 31).bands_help());
    EXPECT_FALSE(NearPairs({}, {}, 31).bands_help());
}

} // namespace
} // namespace rempart::recognise
