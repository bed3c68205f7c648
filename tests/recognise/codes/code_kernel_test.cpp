// SPDX-License-Identifier: Apache-2.0
#include "recognise/codes/code_kernel.hpp"

#include <algorithm>
#include <iterator>

#include <gtest/gtest.h>

#include "recognise/hashes.hpp"

namespace rempart::recognise {
namespace {

std::vector<CodeKernel> supported() {
    std::vector<CodeKernel> kernels;
    std::ranges::copy_if(code_kernels(), std::back_inserter(kernels),
                         [](const CodeKernel& kernel) { return kernel.is_supported(); });
    return kernels;
}

void compare_with_plain(const CodeKernel& kernel, std::span<const PdqHash> codes,
                        std::span<const std::uint32_t> places, const PdqHash& query) {
    const CodeKernel& plain = code_kernels().front();
    for (const std::uint32_t radius : {0U, 9U, 31U, 128U, 256U}) {
        std::vector<CodeMatch> expected;
        std::vector<CodeMatch> found;
        plain.scan(query, codes, radius, 100, expected);
        kernel.scan(query, codes, radius, 100, found);
        EXPECT_EQ(found, expected) << kernel.name << ' ' << codes.size() << ' ' << radius;
        expected.clear();
        found.clear();
        plain.among(query, codes.data(), places, radius, expected);
        kernel.among(query, codes.data(), places, radius, found);
        EXPECT_EQ(found, expected) << kernel.name << ' ' << codes.size() << ' ' << radius;
    }
}

// Lengths around the 8 codes that the widest kernel takes at once.
TEST(CodeKernel, EachInstructionSetFindsWhatTheDefinitionFinds) {
    std::mt19937_64 rng(1);
    for (const std::size_t size : {0U, 1U, 7U, 8U, 9U, 63U, 250U}) {
        const auto codes = clustered(size, 5, size);
        const PdqHash query = size > 0 ? changed(codes[rng() % size], 9, rng) : PdqHash();
        std::vector<std::uint32_t> places(2 * size);
        std::ranges::generate(places, [&] { return static_cast<std::uint32_t>(rng() % size); });
        for (const CodeKernel& kernel : supported()) {
            compare_with_plain(kernel, codes, places, query);
        }
    }
}

// A mistake in one lane or word would hide behind random codes.
TEST(CodeKernel, EachBitOfEachLaneCounts) {
    for (const CodeKernel& kernel : supported()) {
        for (std::size_t k = 0; k < std::size_t{8} * 256; ++k) {
            const std::size_t lane = k / 256;
            const std::size_t bit = k % 256;
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
