// SPDX-License-Identifier: Apache-2.0
#include "rempart/recognise/near_groups.hpp"

#include <algorithm>
#include <numeric>
#include <set>

#include <gtest/gtest.h>

#include "recognise/hashes.hpp"

namespace rempart::recognise {
namespace {

using Groups = std::vector<std::size_t>;

bool is_near(const PdqFingerprint& a, const PdqFingerprint& b, int radius) {
    return a.quality >= kMinPdqQuality && b.quality >= kMinPdqQuality &&
           std::ranges::any_of(
               a.hashes, [&](PdqHash hash) { return hamming_distance(hash, b.hash()) <= radius; });
}

// The definition: every pair, from both sides.
Groups slow_groups(const std::vector<PdqFingerprint>& pictures, int radius) {
    Groups group(pictures.size());
    std::iota(group.begin(), group.end(), std::size_t{0});
    for (std::size_t i = 0; i < pictures.size(); ++i) {
        for (std::size_t j = 0; j < i; ++j) {
            if (group[i] != group[j] && (is_near(pictures[i], pictures[j], radius) ||
                                         is_near(pictures[j], pictures[i], radius))) {
                const auto [low, high] = std::minmax(group[i], group[j]);
                std::ranges::replace(group, std::size_t{high}, std::size_t{low});
            }
        }
    }
    return group;
}

// Pictures of which some are near others in some orientation; every tenth is of poor quality.
std::vector<PdqFingerprint> make_pictures(std::size_t count, std::size_t centres,
                                          std::uint64_t seed) {
    std::mt19937_64 rng(seed);
    const auto hashes = clustered(count, centres, seed);
    std::vector<PdqFingerprint> pictures;
    for (std::size_t i = 0; i < count; ++i) {
        PdqFingerprint picture{.hashes = {}, .quality = i % 10 == 9 ? 49 : 50};
        std::ranges::generate(picture.hashes, [&] { return random_hash(rng); });
        picture.hashes[0] = hashes[i];
        if (i % 3 == 0) { // turned: near a later one from this side only
            picture.hashes[1 + rng() % 7] = changed(hashes[rng() % count], 25, rng);
        }
        pictures.push_back(picture);
        if (i % 17 == 0 && i > 0) {
            pictures.back() = pictures[i - 1]; // the same picture again
        }
    }
    return pictures;
}

TEST(NearGroups, AreTheConnectedComponentsOfTheDefinition) {
    for (const auto& [count, centres] :
         {std::pair{1U, 1U}, std::pair{60U, 5U}, std::pair{250U, 150U}, std::pair{150U, 3U}}) {
        const auto pictures = make_pictures(count, centres, count);
        for (const int radius : {0, 31}) {
            const Groups expected = slow_groups(pictures, radius);
            for (const unsigned threads : {0U, 1U, 5U}) {
                EXPECT_EQ(near_groups(pictures, radius, threads), expected)
                    << count << ' ' << radius << ' ' << threads;
            }
        }
    }
    EXPECT_TRUE(near_groups({}).empty());
}

// Large enough to be indexed. The definition again, for some of the pictures with all others.
TEST(NearGroups, OfAnIndexedNumberMissNoPairInAnyOrder) {
    const auto pictures = make_pictures(2'100, 1'700, 5);
    const Groups groups = near_groups(pictures, 31, 2);
    std::size_t near = 0;
    for (std::size_t i = 0; i < pictures.size(); ++i) {
        ASSERT_LE(groups[i], i);
        ASSERT_EQ(groups[groups[i]], groups[i]);
        for (std::size_t j = 0; i % 40 == 0 && j < pictures.size(); ++j) {
            if (i != j && is_near(pictures[i], pictures[j], 31)) {
                ASSERT_EQ(groups[i], groups[j]);
                ++near;
            }
        }
    }
    EXPECT_GT(near, 20U);
    EXPECT_GT(std::set(groups.begin(), groups.end()).size(), 500U);

    // In another order, on another number of threads: the same groups.
    std::vector<std::size_t> order(pictures.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::mt19937_64 rng(8);
    std::ranges::shuffle(order, rng);
    std::vector<PdqFingerprint> shuffled;
    for (const std::size_t i : order) {
        shuffled.push_back(pictures[i]);
    }
    const Groups other = near_groups(shuffled, 31, 3);
    std::vector<std::size_t> first(pictures.size(), pictures.size()); // by the shuffled name
    for (std::size_t k = 0; k < order.size(); ++k) {
        first[other[k]] = std::min(first[other[k]], order[k]);
    }
    for (std::size_t k = 0; k < order.size(); ++k) {
        ASSERT_EQ(first[other[k]], groups[order[k]]);
    }
}

TEST(NearGroups, APictureOfPoorQualityStaysAlone) {
    std::mt19937_64 rng(9);
    PdqFingerprint picture{.hashes = {}, .quality = 50};
    std::ranges::generate(picture.hashes, [&] { return random_hash(rng); });
    PdqFingerprint poor = picture;
    poor.quality = 49;
    const std::vector<PdqFingerprint> pictures{picture, poor, picture, poor};
    EXPECT_EQ(near_groups(pictures), (Groups{0, 1, 0, 3}));
}

} // namespace
} // namespace rempart::recognise
