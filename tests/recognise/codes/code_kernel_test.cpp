// SPDX-License-Identifier: Apache-2.0
#include "recognise/codes/code_kernel.hpp"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "recognise/hashes.hpp"

namespace rempart::recognise {
namespace {

// Lengths around the 8 codes that the widest kernel takes at once.
TEST(CodeKernel, EachInstructionSetFindsWhatTheDefinitionFinds) {
    std::mt19937_64 rng(1);
    for (const std::size_t size : {0U, 1U, 7U, 8U, 9U, 63U, 250U}) {
        const auto codes = clustered(size, 5, size);
        const PdqHash query = size > 0 ? changed(codes[rng() % size], 9, rng) : PdqHash();
        std::vector<std::uint32_t> places;
        for (std::size_t i = 0; i < 2 * size; ++i) {
            places.push_back(static_cast<std::uint32_t>(rng() % size));
        }
        for (const std::uint32_t radius : {0U, 9U, 31U, 128U, 256U}) {
            std::vector<CodeMatch> scanned;
            std::vector<CodeMatch> among;
            const CodeKernel& plain = code_kernels().front();
            plain.scan(query, codes, radius, 100, scanned);
            plain.among(query, codes.data(), places, radius, among);
            for (const CodeKernel& kernel : code_kernels()) {
                if (!kernel.is_supported()) {
                    continue;
                }
                std::vector<CodeMatch> found;
                kernel.scan(query, codes, radius, 100, found);
                EXPECT_EQ(found, scanned) << kernel.name << ' ' << size << ' ' << radius;
                found.clear();
                kernel.among(query, codes.data(), places, radius, found);
                EXPECT_EQ(found, among) << kernel.name << ' ' << size << ' ' << radius;
            }
        }
    }
}

// A mistake in one lane or word would hide behind random codes.
TEST(CodeKernel, EachBitOfEachLaneCounts) {
    for (const CodeKernel& kernel : code_kernels()) {
        if (!kernel.is_supported()) {
            continue;
        }
        for (std::size_t lane = 0; lane < 8; ++lane) {
            for (std::size_t bit = 0; bit < 256; ++bit) {
                std::vector<PdqHash> codes(8, PdqHash({~0ULL, ~0ULL, ~0ULL, ~0ULL}));
                auto words = PdqHash().words();
                words[bit / 64] = std::uint64_t{1} << (bit % 64);
                codes[lane] = PdqHash(words);
                std::vector<CodeMatch> found;
                kernel.scan(PdqHash(), codes, 31, 0, found);
                ASSERT_EQ(found, (std::vector<CodeMatch>{
                                     {.code = static_cast<std::uint32_t>(lane), .distance = 1}}))
                    << kernel.name << ' ' << bit;
            }
        }
    }
}

TEST(CodeKernel, ManyQueriesFindWhatOneAfterTheOtherFinds) {
    const auto codes = clustered(20'000, 40, 3); // more than two blocks
    const std::vector<std::uint32_t> which{1, 4, 5};
    std::vector<CodeHit> expected;
    for (const std::uint32_t query : which) {
        std::vector<CodeMatch> found;
        code_kernels().front().scan(codes[query], codes, 31, 0, found);
        for (const auto& [code, distance] : found) {
            expected.push_back({.query = query, .code = code, .distance = distance});
        }
    }
    std::vector<CodeHit> hits;
    scan_many(codes, which, codes, 31, hits);
    std::ranges::sort(hits);
    EXPECT_EQ(hits, expected);
    EXPECT_GT(hits.size(), 300U);
}

} // namespace
} // namespace rempart::recognise
