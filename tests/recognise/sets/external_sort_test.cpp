// SPDX-License-Identifier: Apache-2.0
#include "recognise/sets/external_sort.hpp"

#include <algorithm>
#include <random>

#include <gtest/gtest.h>

#include "recognise/sets/record_sort.hpp"
#include "support/result.hpp"
#include "support/temp_dir.hpp"

namespace rempart::recognise {
namespace {

using Records = std::vector<Bytes>;

// Random records; with `alike` leading bytes that are the same in all.
Records some_records(std::size_t count, std::size_t size, std::size_t alike, std::uint64_t seed) {
    std::mt19937_64 rng(seed);
    Records records(count, Bytes(size));
    for (Bytes& record : records) {
        for (std::size_t i = alike; i < size; ++i) {
            record[i] = static_cast<std::byte>(rng() % (i % 3 == 0 ? 256 : 4)); // many ties
        }
    }
    return records;
}

TEST(RecordSort, IsTheOrderOfStringsOfBytesWhateverTheSize) {
    for (const std::size_t size : {16U, 20U, 24U, 28U, 32U, 40U}) {
        for (const std::size_t alike : {0U, 2U, 9U, 16U}) {
            for (const std::size_t count : {0U, 1U, 100U, 20'000U}) {
                Records records = some_records(count, size, alike, size + alike);
                Bytes bytes;
                for (const Bytes& record : records) {
                    bytes.insert(bytes.end(), record.begin(), record.end());
                }
                sort_records(bytes, size);
                std::ranges::sort(records);
                Bytes expected;
                for (const Bytes& record : records) {
                    expected.insert(expected.end(), record.begin(), record.end());
                }
                EXPECT_EQ(bytes, expected) << size << ' ' << alike << ' ' << count;
            }
        }
    }
}

TEST(ExternalSort, GivesAllRecordsInOrderWithAnyNumberOfRuns) {
    const TempDir folder;
    for (const std::size_t count : {0U, 1U, 6'553U, 6'554U, 20'000U}) { // 256 KiB hold 6,553
        Records records = some_records(count, 40, 0, count);
        ExternalSort sort(40, std::size_t{256} << 10U, folder.path());
        for (const Bytes& record : records) {
            ASSERT_TRUE(sort.add(record));
        }
        EXPECT_EQ(sort.count(), count);
        EXPECT_EQ(sort.runs() > 0, count * 40 > std::size_t{256} << 10U);
        Records got;
        ASSERT_TRUE(sort.finish([&](const std::byte* record) -> Result<void> {
            got.emplace_back(record, record + 40);
            return {};
        }));
        std::ranges::sort(records);
        EXPECT_EQ(got, records) << count;
    }
    EXPECT_TRUE(std::filesystem::is_empty(folder.path())); // what waits has no name
}

TEST(ExternalSort, RefusesMoreRunsThanItCanMerge) {
    const TempDir folder;
    ExternalSort sort(16, std::size_t{64} << 10U, folder.path()); // two runs of 4,096 records
    const Bytes record(16, std::byte{1});
    Result<void> added;
    std::size_t count = 0;
    for (; added && count < 100'000; ++count) {
        added = sort.add(record);
    }
    EXPECT_EQ(error_of(added).code, Errc::limit_exceeded);
    EXPECT_EQ(count, 3 * 4'096U + 1);
}

TEST(ExternalSort, StopsWhereTheCallerDoes) {
    const TempDir folder;
    for (const std::size_t count : {100U, 6'000U}) { // in memory, and in two runs
        ExternalSort sort(16, std::size_t{64} << 10U, folder.path());
        for (const Bytes& record : some_records(count, 16, 0, 1)) {
            ASSERT_TRUE(sort.add(record));
        }
        int taken = 0;
        const auto done = sort.finish([&](const std::byte*) -> Result<void> {
            return ++taken == 7 ? fail(Errc::interrupted, "enough") : Result<void>{};
        });
        EXPECT_EQ(error_of(done).code, Errc::interrupted);
        EXPECT_EQ(taken, 7);
    }
}

} // namespace
} // namespace rempart::recognise
