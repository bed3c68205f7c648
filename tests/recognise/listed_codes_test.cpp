// SPDX-License-Identifier: Apache-2.0
#include "rempart/recognise/listed_codes.hpp"

#include <random>
#include <utility>

#include <gtest/gtest.h>

#include "rempart/recognise/pdq_scan.hpp"

namespace rempart::recognise {
namespace {

PdqHash random_hash(std::mt19937_64& rng) {
    return PdqHash({rng(), rng(), rng(), rng()});
}

// Some bits of it changed, the radius and a little more at most.
PdqHash changed(PdqHash hash, std::mt19937_64& rng) {
    auto words = hash.words();
    for (std::uint64_t left = rng() % 36; left > 0; --left) {
        const std::uint64_t bit = rng() % 256;
        words[bit / 64] ^= std::uint64_t{1} << (bit % 64);
    }
    return PdqHash(words);
}

template <typename T>
T take(Result<T> result) {
    EXPECT_TRUE(result.has_value());
    return result ? std::move(*result) : T();
}

struct Sample {
    std::vector<PdqHash> codes, queries;
};

// Some codes stand in it several times, some near to others, far apart.
Sample sample(std::size_t codes, std::size_t queries) {
    std::mt19937_64 rng(5);
    Sample made;
    for (std::size_t i = 0; i < codes; ++i) {
        made.codes.push_back(i % 10 == 9   ? made.codes[rng() % i]
                             : i % 10 == 8 ? changed(made.codes[rng() % i], rng)
                                           : random_hash(rng));
    }
    for (std::size_t i = 0; i < queries; ++i) {
        made.queries.push_back(i % 2 == 0 ? random_hash(rng)
                                          : changed(made.codes[rng() % codes], rng));
    }
    return made;
}

std::vector<ListedMatch> by_scan(const Sample& sample, int radius) {
    std::vector<ListedMatch> wanted;
    for (std::uint32_t q = 0; q < sample.queries.size(); ++q) {
        for (const PdqMatch& match : find_within(sample.queries[q], sample.codes, radius)) {
            wanted.push_back({.query = q, .index = match.index, .distance = match.distance});
        }
    }
    return wanted;
}

TEST(ListedCodes, TheIndexGivesWhatTheScanGivesInItsOrder) {
    const Sample made = sample(CodeIndex::kMinIndexed * 3, 600);
    const auto indexed = take(ListedCodes::of(made.codes, kQueriesWorthAnIndex));
    const auto scanned = take(ListedCodes::of(made.codes, kQueriesWorthAnIndex - 1));
    ASSERT_TRUE(indexed.has_index());
    ASSERT_FALSE(scanned.has_index());
    for (const int radius : {0, 7, 31}) {
        const auto wanted = by_scan(made, radius);
        EXPECT_FALSE(wanted.empty());
        EXPECT_EQ(take(indexed.find_within(made.queries, radius)), wanted);
        EXPECT_EQ(take(scanned.find_within(made.queries, radius)), wanted);
    }
}

TEST(ListedCodes, AShortListIsLookedAt) {
    const Sample made = sample(100, 400);
    const auto listed = take(ListedCodes::of(made.codes, made.queries.size()));
    EXPECT_FALSE(listed.has_index());
    EXPECT_EQ(take(listed.find_within(made.queries, 31)), by_scan(made, 31));
    EXPECT_TRUE(take(take(ListedCodes::of({}, 1'000)).find_within(made.queries, 31)).empty());
}

} // namespace
} // namespace rempart::recognise
