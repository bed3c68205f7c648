// SPDX-License-Identifier: Apache-2.0
#include "rempart/recognise/code_index.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "recognise/hashes.hpp"
#include "rempart/recognise/code_index_builder.hpp"

namespace rempart::recognise {
namespace {

// The definition: each code, bit by bit.
std::vector<CodeHit> slow_hits(std::span<const PdqHash> codes, std::span<const PdqHash> queries,
                               int radius) {
    std::vector<CodeHit> hits;
    for (std::uint32_t query = 0; query < queries.size(); ++query) {
        for (std::uint32_t code = 0; code < codes.size(); ++code) {
            const int distance = hamming_distance(queries[query], codes[code]);
            if (distance <= radius) {
                hits.push_back({query, code, static_cast<std::uint32_t>(distance)});
            }
        }
    }
    return hits;
}

CodeIndex index_of(std::span<const PdqHash> codes, unsigned bands) {
    CodeIndexBuilder builder({.bands = bands});
    std::uint64_t row = 0;
    for (const PdqHash& code : codes) {
        EXPECT_TRUE(builder.add(code, {.list = 7, .row = row++}));
    }
    return std::move(builder).build().value();
}

std::vector<PdqHash> sorted(std::vector<PdqHash> codes) {
    std::ranges::sort(codes);
    codes.erase(std::ranges::unique(codes).begin(), codes.end());
    return codes;
}

TEST(CodeIndex, FindsWhatTheDefinitionFindsAtEveryRadiusWithAnyBands) {
    const auto given = clustered(2'000, 130, 1);
    const auto codes = sorted(given);
    std::mt19937_64 rng(2);
    std::vector<PdqHash> queries;
    for (int i = 0; i < 25; ++i) {
        queries.push_back(changed(codes[rng() % codes.size()], static_cast<int>(rng() % 34), rng));
    }
    for (const unsigned bands : {0U, 13U, 16U, 23U, 32U}) {
        const CodeIndex index = index_of(given, bands);
        ASSERT_EQ(index.size(), codes.size());
        EXPECT_EQ(index.band_count(), bands);
        EXPECT_TRUE(std::ranges::equal(index.codes().value(), codes));
        for (const int radius : {-1, 0, 1, 11, 12, 13, 15, 16, 23, 24, 30, 31, 32, 47, 120, 256}) {
            const auto expected = slow_hits(codes, queries, radius);
            ASSERT_EQ(index.find_within(queries, radius).value(), expected)
                << bands << ' ' << radius;
            ASSERT_EQ(index.scan_within(queries, radius).value(), expected) << radius;
            CodeScratch scratch;
            std::vector<CodeMatch> matches{{.code = 99, .distance = 99}};
            std::vector<CodeHit> one_by_one;
            for (std::uint32_t query = 0; query < queries.size(); ++query) {
                ASSERT_TRUE(index.find_within(queries[query], radius, matches, scratch));
                for (const auto& [code, distance] : matches) {
                    one_by_one.push_back({query, code, distance});
                }
            }
            ASSERT_EQ(one_by_one, expected) << bands << ' ' << radius;
        }
    }
}

// The worst case of the bands: 31 bits, spread so that as many bands as possible have one more than
// what is looked up there; and each band in turn is the one that must find it.
TEST(CodeIndex, FindsANeighbourHoweverItsBitsAreSpread) {
    std::mt19937_64 rng(3);
    std::vector<PdqHash> codes(5'000);
    std::ranges::generate(codes, [&] { return random_hash(rng); });
    for (const unsigned count : {12U, 16U, 20U}) {
        const CodeIndex index = index_of(codes, count);
        const PdqHash code = index.codes().value()[77];
        const unsigned few = 31 / count;
        for (unsigned alone = 0; alone < count; ++alone) {
            // few + 1 bits in the first bands until 31 are used up, but `few` in band `alone`.
            auto words = code.words();
            unsigned left = 31;
            unsigned offset = 0;
            for (unsigned band = 0; band < count; ++band) {
                const unsigned width = 256 / count + (band < 256 % count ? 1 : 0);
                const unsigned bits = std::min(left, band == alone ? few : few + 1);
                for (unsigned bit = 0; bit < bits; ++bit) {
                    const unsigned place = offset + bit * (width / 4);
                    words[place / 64] ^= std::uint64_t{1} << (63 - place % 64);
                }
                left -= bits;
                offset += width;
            }
            const int distance = static_cast<int>(31 - left);
            const auto hits = index.find_within(std::vector{PdqHash(words)}, 31).value();
            ASSERT_EQ(hits.size(), 1U) << count << ' ' << alone;
            EXPECT_EQ(hits[0].code, 77U);
            EXPECT_EQ(static_cast<int>(hits[0].distance), distance);
        }
    }
}

TEST(CodeIndex, ItsOwnChoiceOfBandsIsExactAroundEachThreshold) {
    std::mt19937_64 rng(4);
    for (const std::size_t size : {CodeIndex::kMinIndexed - 1, CodeIndex::kMinIndexed}) {
        std::vector<PdqHash> codes(size);
        std::ranges::generate(codes, [&] { return random_hash(rng); });
        codes = sorted(codes);
        const CodeIndex index = index_of(codes, 0);
        EXPECT_EQ(index.band_count() > 0, size >= CodeIndex::kMinIndexed);
        std::vector<PdqHash> queries;
        for (int bits = 0; bits < 40; ++bits) {
            queries.push_back(changed(codes[rng() % size], bits, rng));
        }
        const auto expected = slow_hits(codes, queries, 31);
        EXPECT_EQ(index.find_within(queries, 31).value(), expected);
        EXPECT_EQ(expected.size(), 32U);
    }
}

// Everything in one bucket, everything alike, and both among unlike ones: exact, by a scan.
TEST(CodeIndex, CrowdedCodesAreFoundToo) {
    std::mt19937_64 rng(5);
    const PdqHash centre = random_hash(rng);
    std::vector<PdqHash> codes;
    for (int i = 0; i < 6'000; ++i) {
        codes.push_back(changed(centre, 1 + static_cast<int>(rng() % 20), rng));
    }
    for (int i = 0; i < 6'000; ++i) { // the same in the first 64 bits: one bucket of four bands
        auto words = random_hash(rng).words();
        words[0] = 5;
        codes.push_back(PdqHash(words));
    }
    for (int i = 0; i < 3'000; ++i) {
        codes.push_back(random_hash(rng));
    }
    codes = sorted(codes);
    const CodeIndex index = index_of(codes, 16);
    std::vector<PdqHash> queries{centre, changed(centre, 40, rng)};
    for (int i = 0; i < 20; ++i) {
        queries.push_back(changed(codes[rng() % codes.size()], 25, rng));
    }
    const auto expected = slow_hits(codes, queries, 31);
    EXPECT_GT(expected.size(), 10'000U);
    EXPECT_EQ(index.find_within(queries, 31).value(), expected);
}

TEST(CodeIndex, EqualCodesAreStoredOnceWithAllTheirRows) {
    std::mt19937_64 rng(6);
    std::vector<PdqHash> codes(100);
    std::ranges::generate(codes, [&] { return random_hash(rng); });
    codes = sorted(codes);
    CodeIndexBuilder builder({.label = 42});
    for (std::uint64_t k = 0; k < 500; ++k) { // code c has rows c, c + 100, ...; all in two lists
        const std::uint64_t row = (k * 77) % 500;
        ASSERT_TRUE(builder.add(codes[row % 100], {.list = 70'000, .row = row}));
        ASSERT_TRUE(builder.add(codes[row % 100], {.list = 3, .row = row + (1ULL << 40)}));
    }
    const CodeIndex index = std::move(builder).build().value();
    EXPECT_EQ(index.size(), 100U);
    EXPECT_EQ(index.row_count(), 1'000U);
    EXPECT_EQ(index.label(), 42U);
    for (std::uint32_t code = 0; code < 100; ++code) {
        std::vector<CodeRow> rows;
        ASSERT_TRUE(index.append_rows(code, rows));
        std::vector<CodeRow> expected;
        for (std::uint64_t row = code; row < 500; row += 100) {
            expected.push_back({.list = 70'000, .row = row});
        }
        for (std::uint64_t row = code; row < 500; row += 100) {
            expected.push_back({.list = 3, .row = row + (1ULL << 40)});
        }
        EXPECT_EQ(rows, expected);
    }
}

TEST(CodeIndex, OfNothingFindsNothing) {
    const std::array<CodeIndex, 2> both{CodeIndex(), index_of({}, 0)};
    for (const CodeIndex& index : both) {
        EXPECT_EQ(index.size(), 0U);
        EXPECT_TRUE(index.verify());
        EXPECT_TRUE(index.codes().value().empty());
        const std::array queries{PdqHash()};
        EXPECT_TRUE(index.find_within(queries, 31).value().empty());
        EXPECT_TRUE(index.scan_within(queries, 256).value().empty());
    }
}

} // namespace
} // namespace rempart::recognise
