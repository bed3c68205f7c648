// SPDX-License-Identifier: Apache-2.0
#include "rempart/examine/ordinals.hpp"

#include <algorithm>
#include <limits>
#include <random>
#include <set>

#include <gtest/gtest.h>

namespace rempart::examine {
namespace {

using Runs = std::vector<OrdinalRun>;

TEST(Ordinals, NeighboursAreOneRun) {
    const std::vector<std::uint64_t> ordinals{0, 1, 2, 7, 9, 10};
    EXPECT_EQ(ordinal_runs(ordinals), (Runs{{0, 3}, {7, 8}, {9, 11}}));
    EXPECT_EQ(ordinal_runs({}), Runs{});
}

TEST(Ordinals, TooManyRunsAreJoinedWhereTheLeastLiesBetween) {
    const std::vector<std::uint64_t> ordinals{0, 2, 50, 53, 200};
    EXPECT_EQ(ordinal_runs(ordinals, 3), (Runs{{0, 3}, {50, 54}, {200, 201}}));
    EXPECT_EQ(ordinal_runs(ordinals, 1), (Runs{{0, 201}}));
}

TEST(Ordinals, RunsHoldWhatWasAskedForAndAreNeverMoreThanAllowed) {
    std::mt19937 random(5);
    for (int round = 0; round < 200; ++round) {
        std::set<std::uint64_t> wanted;
        for (auto i = random() % 60; i > 0; --i) {
            wanted.insert(random() % 200);
        }
        const std::vector<std::uint64_t> ordinals(wanted.begin(), wanted.end());
        const std::size_t most = 1 + random() % 20;
        const Runs runs = ordinal_runs(ordinals, most);
        EXPECT_LE(runs.size(), most);
        EXPECT_TRUE(are_ordinal_runs(runs));
        for (std::uint64_t from = 0; from < 201 && !runs.empty(); ++from) {
            // The slow definition.
            auto due = std::numeric_limits<std::uint64_t>::max();
            for (const OrdinalRun& run : runs) {
                for (std::uint64_t o = run.first; o < run.end; ++o) {
                    due = o >= from ? std::min(due, o) : due;
                }
            }
            ASSERT_EQ(next_wanted(runs, from), due);
            if (wanted.contains(from)) {
                EXPECT_EQ(due, from);
            }
        }
    }
}

TEST(Ordinals, NoRunsAskForEverything) {
    EXPECT_EQ(next_wanted({}, 17), 17U);
}

} // namespace
} // namespace rempart::examine
