// SPDX-License-Identifier: Apache-2.0
#include "rempart/recognise/live_code_index.hpp"

#include <algorithm>
#include <atomic>
#include <thread>

#include <gtest/gtest.h>

#include "recognise/hashes.hpp"
#include "support/temp_dir.hpp"

namespace rempart::recognise {
namespace {

std::vector<CodeEntry> entries_of(std::size_t count, std::uint32_t list, std::uint64_t seed) {
    std::vector<CodeEntry> entries;
    for (const PdqHash& code : clustered(count, count / 4 + 1, seed)) {
        entries.push_back({code, {.list = list, .row = entries.size()}});
    }
    return entries;
}

CodeIndex index_of(std::span<const CodeEntry> entries) {
    CodeIndexBuilder builder({.label = 1});
    for (const auto& [code, row] : entries) {
        EXPECT_TRUE(builder.add(code, row));
    }
    return std::move(builder).build().value();
}

std::vector<LiveHit> slow_hits(std::span<const CodeEntry> entries, PdqHash query) {
    std::vector<LiveHit> hits;
    for (const auto& [code, row] : entries) {
        if (const int distance = hamming_distance(code, query); distance <= 31) {
            hits.push_back({row, static_cast<std::uint32_t>(distance)});
        }
    }
    std::ranges::sort(hits);
    return hits;
}

TEST(LiveCodeIndex, WhatIsAddedOrDisabledShowsInTheNextSearch) {
    auto entries = entries_of(5'000, 1, 1);
    LiveCodeIndex live(index_of(entries));
    std::mt19937_64 rng(2);
    const auto check = [&](const std::vector<CodeEntry>& expected) {
        for (int i = 0; i < 10; ++i) {
            const PdqHash query = changed(entries[rng() % entries.size()].code, 12, rng);
            ASSERT_EQ(live.find_within(query, 31).value(), slow_hits(expected, query));
        }
    };
    check(entries);
    for (std::uint32_t list = 2; list < 60; ++list) { // one, and many
        const auto more = entries_of(list % 7 == 0 ? 300 : 1, list, list % 5);
        ASSERT_TRUE(live.add(more));
        entries.insert(entries.end(), more.begin(), more.end());
    }
    EXPECT_EQ(live.added_count(), entries.size() - 5'000);
    check(entries);

    std::vector<CodeEntry> left;
    std::vector<CodeRow> disabled{{.list = 999, .row = 1}}; // not there yet
    for (const CodeEntry& entry : entries) {
        if (rng() % 3 == 0) {
            disabled.push_back(entry.row);
        } else {
            left.push_back(entry);
        }
    }
    live.disable(disabled);
    live.disable(disabled);
    EXPECT_EQ(live.disabled_count(), disabled.size());
    check(left);
    ASSERT_TRUE(live.add(std::vector{CodeEntry{entries[0].code, disabled[0]}}));
    check(left);
    live.enable(disabled);
    entries.push_back({entries[0].code, disabled[0]});
    check(entries);
    EXPECT_EQ(live.disabled_count(), 0U);
}

TEST(LiveCodeIndex, ASnapshotTakesOverAllAndDisabledRowsComeBack) {
    const TempDir folder;
    auto entries = entries_of(1'000, 1, 3);
    LiveCodeIndex live(index_of(entries));
    const auto more = entries_of(200, 2, 4);
    ASSERT_TRUE(live.add(more));
    entries.insert(entries.end(), more.begin(), more.end());
    live.disable(std::vector{entries[5].row, entries[1'100].row});
    EXPECT_EQ(live.compact(folder.path() / "none" / "index", {}).error().code, Errc::io);
    ASSERT_TRUE(live.add(std::vector{CodeEntry{entries[0].code, {.list = 3, .row = 0}}}));
    entries.push_back({entries[0].code, {.list = 3, .row = 0}});
    EXPECT_EQ(live.added_count(), 201U);
    ASSERT_TRUE(live.compact(folder.path() / "index", {.label = 17}));
    EXPECT_EQ(live.added_count(), 0U);
    EXPECT_EQ(live.label(), 17U);
    EXPECT_EQ(CodeIndex::open(folder.path() / "index").value().row_count(), entries.size());
    auto expected = slow_hits(entries, entries[5].code);
    std::erase_if(expected, [&](const LiveHit& hit) { return hit.row == entries[5].row; });
    EXPECT_EQ(live.find_within(entries[5].code, 31).value(), expected);
    live.enable(std::vector{entries[5].row, entries[1'100].row});
    for (const std::size_t i : {5U, 1'100U, 1'200U}) {
        EXPECT_EQ(live.find_within(entries[i].code, 31).value(),
                  slow_hits(entries, entries[i].code));
    }
}

// Row n is added before row n + 1: so a search that finds row n finds all before it. The writer
// takes new snapshots meanwhile, and disables and enables another row.
TEST(LiveCodeIndex, SearchesSeeWholeStatesWhileAWriterChangesThem) {
    const TempDir folder;
    const PdqHash code({1, 2, 3, 4});
    const CodeRow other{.list = 2, .row = 0};
    LiveCodeIndex live(index_of(std::vector{CodeEntry{code, other}}));
    std::atomic<bool> done{false};
    constexpr std::uint64_t kRows = 300;
    const auto search = [&] {
        std::size_t last = 0;
        while (!done.load()) {
            auto hits = live.find_within(code, 31).value();
            std::erase_if(hits, [&](const LiveHit& hit) { return hit.row == other; });
            for (std::size_t i = 0; i < hits.size(); ++i) {
                ASSERT_EQ(hits[i].row, (CodeRow{.list = 1, .row = i}));
            }
            ASSERT_GE(hits.size(), last);
            last = hits.size();
        }
    };
    {
        const std::jthread reader(search);
        const std::jthread second_reader(search);
        const std::jthread compacter([&] {
            for (int i = 0; !done.load(); ++i) {
                ASSERT_TRUE(live.compact(folder.path() / std::to_string(i % 2), {}));
            }
        });
        for (std::uint64_t row = 0; row < kRows; ++row) {
            EXPECT_TRUE(live.add(std::vector{CodeEntry{code, {.list = 1, .row = row}}}));
            EXPECT_EQ(live.find_within(code, 0).value().size(), row + 2);
            live.disable(std::span(&other, 1));
            EXPECT_EQ(live.find_within(code, 0).value().size(), row + 1);
            live.enable(std::span(&other, 1));
        }
        done.store(true);
    }
    EXPECT_EQ(live.find_within(code, 31).value().size(), kRows + 1);
}

} // namespace
} // namespace rempart::recognise
