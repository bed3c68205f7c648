// SPDX-License-Identifier: Apache-2.0
#include "recognise/codes/code_bands.hpp"

#include <algorithm>
#include <bit>
#include <set>

#include <gtest/gtest.h>

#include "recognise/hashes.hpp"

namespace rempart::recognise {
namespace {

TEST(CodeBands, CoverEachBitOnce) {
    for (unsigned count = CodeBands::kFewest; count <= CodeBands::kMost; ++count) {
        const CodeBands bands(count);
        for (std::size_t bit = 0; bit < 256; ++bit) {
            auto words = PdqHash().words();
            words[bit / 64] = std::uint64_t{1} << (63 - bit % 64); // from the front
            int ones = 0;
            for (unsigned band = 0; band < count; ++band) {
                const std::uint32_t value = bands[band].value(PdqHash(words));
                ASSERT_EQ(std::uint64_t{value} >> bands[band].width, 0U);
                ones += std::popcount(value);
                if (bit == bands[band].offset) {
                    ASSERT_EQ(value, std::uint32_t{1} << (bands[band].width - 1));
                }
            }
            ASSERT_EQ(ones, 1) << count << ' ' << bit;
        }
    }
}

// The first band is what codes are sorted by.
TEST(CodeBands, TheFirstBandAscendsWithTheCodes) {
    const CodeBands bands(11);
    auto codes = clustered(1'000, 30, 1);
    std::ranges::sort(codes);
    EXPECT_TRUE(std::ranges::is_sorted(codes, {},
                                       [&](const PdqHash& code) { return bands[0].value(code); }));
}

// However bits are spread over the bands, one band has no more than its radius: its complement,
// one more than the radius in each band, takes more bits than the distance.
TEST(CodeBands, RadiiAreTheSmallestThatMissNothing) {
    for (unsigned count = CodeBands::kFewest; count <= CodeBands::kMost; ++count) {
        const CodeBands bands(count);
        for (int distance = 0; distance <= 31; ++distance) {
            int escaping = 0;
            for (unsigned band = 0; band < count; ++band) {
                escaping += bands.radius(band, distance) + 1;
            }
            ASSERT_EQ(escaping, distance + 1) << count;
        }
    }
}

TEST(CodeBands, FlipsReachEachValueWithinTheRadiusOnce) {
    const CodeBands bands(10);
    for (unsigned band : {0U, 9U}) {
        const auto flips = bands.flips(band, 2);
        const std::set<std::uint32_t> different(flips.begin(), flips.end());
        const unsigned width = bands[band].width;
        EXPECT_EQ(different.size(), 1 + width + width * (width - 1) / 2);
        EXPECT_EQ(flips.size(), different.size());
        for (const std::uint32_t flip : flips) {
            EXPECT_LE(std::popcount(flip), 2);
            EXPECT_EQ(flip >> width, 0U);
        }
    }
    EXPECT_EQ(bands.flips(0, 3).size(), 1U + 26 + 325 + 2600);
    EXPECT_EQ(bands.flips(9, 0).size(), 1U);
}

} // namespace
} // namespace rempart::recognise
