// SPDX-License-Identifier: Apache-2.0
#include "recognise/sets/fuse_filter.hpp"

#include <algorithm>
#include <random>
#include <set>

#include <gtest/gtest.h>

namespace rempart::recognise {
namespace {

std::vector<std::uint64_t> random_values(std::size_t count, std::uint64_t seed) {
    std::mt19937_64 rng(seed);
    std::vector<std::uint64_t> values(count);
    for (std::uint64_t& value : values) {
        value = rng();
    }
    return values;
}

bool may_hold(const FuseFilter& filter, std::uint64_t value) {
    return fuse_may_hold(filter.bytes.data(), filter.shape.places(value));
}

TEST(FuseFilter, NeverDeniesAValueAndPassesOneOf256Others) {
    for (const std::size_t count : {1U, 2U, 3U, 10U, 100U, 1'000U, 50'000U}) {
        auto values = random_values(count, count);
        const auto kept = values;
        const auto filter = make_fuse_filter(values, 7);
        ASSERT_TRUE(filter) << count;
        for (const std::uint64_t value : kept) {
            EXPECT_TRUE(may_hold(*filter, value)) << count;
        }
        int passed = 0;
        for (const std::uint64_t value : random_values(100'000, count + 1)) {
            passed += may_hold(*filter, value) ? 1 : 0;
        }
        EXPECT_NEAR(passed, 100'000 / 256, 100) << count; // five times the standard deviation
    }
}

TEST(FuseFilter, TakesAsMuchRoomAsThePaperSays) {
    auto values = random_values(1'000'000, 1);
    const auto filter = make_fuse_filter(values, 1);
    ASSERT_TRUE(filter);
    EXPECT_LT(filter->bytes.size(), 1'140'000U);
    EXPECT_EQ(filter->bytes.size(), filter->shape.size_bytes());
}

TEST(FuseFilter, DuplicatesAndOrderDoNotMatter) {
    auto values = random_values(500, 2);
    auto again = values;
    std::ranges::reverse(again);
    again.insert(again.end(), values.begin(), values.end());
    const auto one = make_fuse_filter(values, 3);
    const auto other = make_fuse_filter(again, 3);
    ASSERT_TRUE(one && other);
    EXPECT_EQ(one->bytes, other->bytes);
    EXPECT_EQ(one->shape.seed, other->shape.seed);
}

TEST(FuseFilter, PlacesLieInThreeSegmentsOfTheFilter) {
    const FuseShape shape{.seed = 5, .segments = 9, .segment_bits = 6};
    std::set<std::uint32_t> seen;
    for (const std::uint64_t value : random_values(20'000, 3)) {
        const auto at = shape.places(value).at;
        EXPECT_EQ(at[0] / 64 + 1, at[1] / 64);
        EXPECT_EQ(at[1] / 64 + 1, at[2] / 64);
        EXPECT_LT(at[2], shape.size_bytes());
        seen.insert(at.begin(), at.end());
    }
    EXPECT_EQ(seen.size(), shape.size_bytes()); // each byte is of use
}

} // namespace
} // namespace rempart::recognise
