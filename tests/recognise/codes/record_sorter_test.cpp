// SPDX-License-Identifier: Apache-2.0
#include "recognise/codes/record_sorter.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "recognise/hashes.hpp"

namespace rempart::recognise {
namespace {

std::vector<CodeRecord> records(std::size_t count) {
    std::mt19937_64 rng(count);
    std::vector<CodeRecord> made;
    for (const PdqHash& code : clustered(count, 3, 1)) {
        made.push_back(
            {.code = code, .row = rng() % 50, .list = static_cast<std::uint32_t>(rng() % 3)});
        if (rng() % 4 == 0) {
            made.push_back(made[rng() % made.size()]);
        }
    }
    return made;
}

// 1,024 records are the least that are held: so up to 20 runs.
TEST(RecordSorter, GivesAllInOrderHoweverManyRunsItTakes) {
    for (const std::size_t count : {0U, 1U, 1'000U, 1'100U, 5'000U, 20'000U}) {
        auto expected = records(count);
        RecordSorter sorter(0, testing::TempDir());
        for (const CodeRecord& record : expected) {
            ASSERT_TRUE(sorter.add(record));
        }
        EXPECT_EQ(sorter.count(), expected.size());
        ASSERT_TRUE(sorter.finish());
        std::ranges::sort(expected);
        std::vector<CodeRecord> got;
        std::vector<CodeRecord> batch(777);
        std::size_t last = batch.size();
        while (last == batch.size()) {
            const auto some = sorter.next(batch);
            ASSERT_TRUE(some) << some.error().message;
            last = *some;
            got.insert(got.end(), batch.begin(), batch.begin() + static_cast<std::ptrdiff_t>(last));
        }
        EXPECT_EQ(got, expected) << count;
    }
}

TEST(RecordSorter, SaysThatItsFolderCannotBeWritten) {
    RecordSorter sorter(0, "/nonexistent");
    Result<void> added;
    for (std::size_t i = 0; i <= 1'024 && added; ++i) {
        added = sorter.add({});
    }
    if (added) { // what is little waits in memory
        added = sorter.finish();
    }
    ASSERT_FALSE(added);
    EXPECT_EQ(added.error().code, Errc::io);
}

} // namespace
} // namespace rempart::recognise
