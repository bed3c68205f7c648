// SPDX-License-Identifier: Apache-2.0
#include "rempart/recognise/set_algebra.hpp"

#include <optional>

#include <gtest/gtest.h>

#include "recognise/set_fixture.hpp"
#include "support/result.hpp"
#include "support/temp_dir.hpp"

namespace rempart::recognise {
namespace {

// Sets that share digests; the last one is empty.
class SetAlgebraTest : public testing::Test {
  protected:
    void SetUp() override {
        std::mt19937_64 rng(5);
        for (std::size_t i = 0; i < 4; ++i) {
            Listed listed;
            for (int k = 0; i < 3 && k < 3'000; ++k) {
                listed[digest_number(rng() % 4'000, HashKind::sha1)].insert(1);
            }
            const auto path = folder_.path() / std::to_string(i);
            ASSERT_TRUE(build_set(path, listed, building_of(HashKind::sha1, i % 2 == 0)));
            sets_.push_back(std::move(*HashSet::open(path)));
            for (const auto& [digest, rows] : listed) {
                holders_[digest] |= std::uint64_t{1} << i;
            }
        }
    }

    TempDir folder_;
    std::vector<HashSet> sets_;
    std::map<Bytes, std::uint64_t> holders_; // the slow definition
};

TEST_F(SetAlgebraTest, AWalkGivesEachDigestOnceInOrderWithItsHolders) {
    std::vector<const HashSet*> sets;
    for (const HashSet& set : sets_) {
        sets.push_back(&set);
    }
    std::vector<std::pair<Bytes, std::uint64_t>> got;
    ASSERT_TRUE(walk_sets(sets, [&](ByteView digest, std::uint64_t holders) -> Result<void> {
        got.emplace_back(Bytes(digest.begin(), digest.end()), holders);
        return {};
    }));
    EXPECT_EQ(got,
              (std::vector<std::pair<Bytes, std::uint64_t>>(holders_.begin(), holders_.end())));
}

TEST_F(SetAlgebraTest, TheOverlapOfTwoIsCounted) {
    for (std::size_t a = 0; a < sets_.size(); ++a) {
        for (std::size_t b = 0; b < sets_.size(); ++b) {
            SetOverlap expected;
            for (const auto& [digest, holders] : holders_) {
                const bool in_a = (holders >> a & 1U) != 0;
                const bool in_b = (holders >> b & 1U) != 0;
                expected.both += in_a && in_b ? 1 : 0;
                expected.only_first += in_a && !in_b ? 1 : 0;
                expected.only_second += in_b && !in_a ? 1 : 0;
            }
            const auto got = compare_sets(sets_[a], sets_[b]);
            ASSERT_TRUE(got);
            EXPECT_EQ(*got, expected) << a << ' ' << b;
        }
    }
}

TEST_F(SetAlgebraTest, StopsWhereTheCallerDoesAndRefusesDifferentKinds) {
    const std::array<const HashSet*, 1> one{sets_.data()};
    int taken = 0;
    EXPECT_EQ(error_of(walk_sets(one,
                                 [&](ByteView, std::uint64_t) -> Result<void> {
                                     return ++taken == 5 ? fail(Errc::interrupted, "enough")
                                                         : Result<void>{};
                                 }))
                  .code,
              Errc::interrupted);
    EXPECT_EQ(taken, 5);
    const auto path = folder_.path() / "md5";
    ASSERT_TRUE(build_set(path, {}, building_of(HashKind::md5)));
    const auto other = HashSet::open(path);
    EXPECT_EQ(error_of(compare_sets(sets_[0], *other)).code, Errc::invalid_argument);
    const std::vector<const HashSet*> many(kMaxWalkedSets + 1, sets_.data());
    EXPECT_EQ(error_of(walk_sets(many, {})).code, Errc::invalid_argument);
    EXPECT_TRUE(walk_sets({}, {}));
}

} // namespace
} // namespace rempart::recognise
