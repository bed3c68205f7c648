// SPDX-License-Identifier: Apache-2.0
#include "rempart/recognise/hash_set.hpp"

#include <thread>

#include <gtest/gtest.h>

#include "recognise/set_fixture.hpp"
#include "support/result.hpp"
#include "support/temp_dir.hpp"

namespace rempart::recognise {
namespace {

constexpr std::array kKinds{HashKind::md5, HashKind::sha1, HashKind::sha256, HashKind::ed2k};

class HashSetTest : public testing::Test {
  protected:
    HashSet built(const Listed& listed, const HashSetBuilding& building) {
        const auto info = build_set(path_, listed, building);
        EXPECT_TRUE(info) << info.error().message;
        auto set = HashSet::open(path_);
        EXPECT_TRUE(set) << set.error().message;
        EXPECT_EQ(set->info(), *info);
        return std::move(*set);
    }

    TempDir folder_;
    std::filesystem::path path_ = folder_.path() / "set";
};

// Each key in order with its rows, and nothing else: asked in one batch with as many strangers.
void expect_holds_exactly(const HashSet& set, const Listed& listed) {
    const HashKind kind = set.info().kind;
    Bytes asked;
    std::vector<SetRow> expected;
    std::vector<SetMatch> expected_matches;
    std::uint32_t query = 0;
    std::uint32_t key = 0;
    for (const auto& [digest, rows] : listed) {
        asked.insert(asked.end(), digest.begin(), digest.end());
        for (const std::uint64_t row : rows) {
            expected.push_back({query, row});
        }
        expected_matches.push_back({query, key++});
        Bytes stranger = digest; // near in order, so that only the last bytes tell
        stranger.back() ^= std::byte{1};
        if (!listed.contains(stranger)) {
            asked.insert(asked.end(), stranger.begin(), stranger.end());
            ++query;
        }
        ++query;
    }
    std::vector<SetMatch> matches;
    ASSERT_TRUE(set.find(asked, matches));
    EXPECT_EQ(matches, expected_matches) << name(kind);
    if (set.info().has_rows) {
        std::vector<SetRow> rows;
        ASSERT_TRUE(set.rows(matches, rows));
        EXPECT_EQ(rows, expected) << name(kind);
    }
    Bytes read;
    ASSERT_TRUE(set.read_keys(0, [&](ByteView block) {
        read.insert(read.end(), block.begin(), block.end());
        return true;
    }));
    EXPECT_EQ(read, joined(listed));
    const auto verified = set.verify();
    EXPECT_TRUE(verified) << verified.error().message;
}

TEST_F(HashSetTest, HoldsExactlyWhatWasAddedWhateverTheKindAndSize) {
    for (const HashKind kind : kKinds) {
        for (const std::uint64_t count : {0U, 1U, 2U, 17U, 1'000U}) {
            for (const bool rows : {true, false}) {
                const Listed listed = some_digests(count, kind);
                const HashSet set = built(listed, building_of(kind, rows));
                expect_holds_exactly(set, listed);
                EXPECT_EQ(set.info().keys, count);
            }
        }
    }
}

TEST_F(HashSetTest, HoldsWhatWasSortedInSeveralRunsWithFiltersInSeveralShards) {
    const Listed listed = some_digests(60'000, HashKind::sha1); // 2.6 MB of records in 1 MiB
    const HashSet set = built(listed, building_of(HashKind::sha1));
    expect_holds_exactly(set, listed);
    EXPECT_GT(set.info().rows, set.info().keys);
    const auto in_memory =
        HashSet::open(path_, {.kind = {}, .id = {}, .keys = HashSetOpening::Keys::in_memory});
    ASSERT_TRUE(in_memory);
    expect_holds_exactly(*in_memory, listed);
}

// Lists are untrusted, and whoever writes one chooses its digests.
TEST_F(HashSetTest, HoldsDigestsThatSomebodyChoseToBeAlike) {
    Listed listed;
    for (std::uint64_t i = 0; i < 30'000; ++i) {
        Bytes digest(32, std::byte{0xAB}); // all in one shard, one radix value, one filter value
        std::memcpy(digest.data() + 28, &i, 4);
        listed[digest].insert(i);
        Bytes other(32, std::byte{static_cast<unsigned char>(1 + i % 3)});
        std::memcpy(other.data() + 8, &i, 8); // eight leading bytes in common
        listed[other].insert(i);
    }
    expect_holds_exactly(built(listed, building_of(HashKind::sha256)), listed);
}

TEST_F(HashSetTest, ADigestThatIsListedVeryOftenTellsAllRows) {
    Listed listed = some_digests(10, HashKind::md5);
    for (std::uint64_t row = 0; row < 50'000; ++row) {
        listed.begin()->second.insert(row * 3);
    }
    expect_holds_exactly(built(listed, building_of(HashKind::md5)), listed);
}

TEST_F(HashSetTest, OneByOneIsTheSameAsInABatch) {
    const Listed listed = some_digests(500, HashKind::sha256);
    const HashSet set = built(listed, building_of(HashKind::sha256));
    std::uint32_t key = 0;
    for (const auto& [digest, rows] : listed) {
        const auto found = set.find(digest);
        ASSERT_TRUE(found);
        EXPECT_EQ(*found, key++);
    }
    for (std::uint64_t i = 500; i < 3'000; ++i) {
        const auto found = set.find(digest_number(i, HashKind::sha256));
        ASSERT_TRUE(found);
        EXPECT_FALSE(*found);
    }
}

TEST_F(HashSetTest, SaysWhereItComesFrom) {
    const HashSetBuilding building = building_of(HashKind::ed2k);
    const HashSet set = built(some_digests(3, HashKind::ed2k), building);
    EXPECT_EQ(set.info().label, building.label);
    EXPECT_EQ(set.info().kind, HashKind::ed2k);
    EXPECT_EQ(set.info().file_bytes, std::filesystem::file_size(path_));
}

TEST_F(HashSetTest, IsRefusedWhereAnotherKindOrAnotherSetIsExpected) {
    const HashSet set = built(some_digests(3, HashKind::md5), building_of(HashKind::md5));
    EXPECT_TRUE(HashSet::open(path_, {.kind = HashKind::md5, .id = set.info().id, .keys = {}}));
    EXPECT_EQ(error_of(HashSet::open(path_, {.kind = HashKind::ed2k, .id = {}, .keys = {}})).code,
              Errc::invalid_argument);
    auto other = set.info().id;
    other[0] ^= std::byte{1};
    EXPECT_EQ(error_of(HashSet::open(path_, {.kind = {}, .id = other, .keys = {}})).code,
              Errc::integrity);
    EXPECT_EQ(error_of(HashSet::open(folder_.path() / "none")).code, Errc::not_found);
}

TEST_F(HashSetTest, ManyThreadsMeetTheSameChunksForTheFirstTime) {
    const Listed listed =
        some_digests(60'000, HashKind::sha1); // larger than what is checked at once
    const HashSet set = built(listed, building_of(HashKind::sha1));
    ASSERT_GT(set.info().file_bytes, std::uint64_t{1} << 20U);
    const Bytes asked = joined(listed);
    std::vector<std::thread> threads;
    std::array<std::size_t, 4> found{};
    for (std::size_t i = 0; i < found.size(); ++i) {
        threads.emplace_back([&, i] {
            std::vector<SetMatch> matches;
            found[i] = set.find(asked, matches) ? matches.size() : 0;
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    EXPECT_EQ(found, (std::array<std::size_t, 4>{60'000, 60'000, 60'000, 60'000}));
}

} // namespace
} // namespace rempart::recognise
