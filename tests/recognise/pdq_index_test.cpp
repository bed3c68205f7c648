// SPDX-License-Identifier: Apache-2.0
#include "recognise/pdq_index.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "recognise/hashes.hpp"

namespace rempart::recognise {
namespace {

std::vector<PdqMatch> asked(const PdqIndex& index, PdqHash query, int radius) {
    std::vector<PdqMatch> matches;
    std::vector<std::uint32_t> scratch;
    index.find_within(query, radius, matches, scratch);
    std::ranges::sort(matches, {}, &PdqMatch::index);
    return matches;
}

TEST(PdqIndex, FindsWhatAScanFindsAtEveryRadiusOnceEach) {
    const auto hashes = clustered(4'000, 60, 1);
    const PdqIndex index(hashes);
    std::mt19937_64 rng(2);
    std::size_t found = 0;
    for (const int radius : {0, 1, 14, 15, 16, 17, 30, 31, 32, 33, 47, 48, 100, 256}) {
        for (int k = 0; k < 20; ++k) {
            const PdqHash query =
                changed(hashes[rng() % hashes.size()], static_cast<int>(rng() % 20), rng);
            const auto matches = asked(index, query, radius);
            EXPECT_EQ(matches, find_within(query, hashes, radius)) << radius;
            found += matches.size();
        }
    }
    EXPECT_GT(found, 1'000U) << "the lists are too unlike to test anything";
}

// The worst case of the bands: 31 bits, of which as many bands as possible take two.
TEST(PdqIndex, FindsANeighbourHoweverItsBitsAreSpread) {
    std::mt19937_64 rng(3);
    std::vector<PdqHash> hashes(PdqIndex::kMinIndexed);
    std::ranges::generate(hashes, [&] { return random_hash(rng); });
    const PdqIndex index(hashes);
    for (std::size_t alone = 0; alone < 16; ++alone) { // the one band with a single bit
        auto words = hashes[77].words();
        for (std::size_t band = 0; band < 16; ++band) {
            words[band / 4] ^= (band == alone ? 0x0100ULL : 0x8001ULL) << (16 * (band % 4));
        }
        const auto matches = asked(index, PdqHash(words), 31);
        ASSERT_EQ(matches.size(), 1U) << alone;
        EXPECT_EQ(matches[0], (PdqMatch{.index = 77, .distance = 31}));
        EXPECT_TRUE(asked(index, PdqHash(words), 30).empty());
    }
}

TEST(PdqIndex, CrowdsOfEqualHashesAndShortListsAreFoundToo) {
    for (const std::size_t size : {std::size_t{0}, std::size_t{1}, PdqIndex::kMinIndexed - 1,
                                   PdqIndex::kMinIndexed, PdqIndex::kMinIndexed + 1}) {
        std::mt19937_64 rng(size);
        std::vector<PdqHash> hashes(size, PdqHash({1, 2, 3, 4}));
        if (size > 0) {
            hashes.back() = random_hash(rng);
        }
        const PdqIndex index(hashes);
        for (const PdqHash query : {PdqHash({1, 2, 3, 4}), PdqHash({1, 2, 3, 5}), PdqHash()}) {
            EXPECT_EQ(asked(index, query, 31), find_within(query, hashes, 31)) << size;
        }
    }
}

} // namespace
} // namespace rempart::recognise
