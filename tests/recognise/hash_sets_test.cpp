// SPDX-License-Identifier: Apache-2.0
#include "rempart/recognise/hash_sets.hpp"

#include <gtest/gtest.h>

#include "recognise/set_fixture.hpp"
#include "support/result.hpp"
#include "support/temp_dir.hpp"

namespace rempart::recognise {
namespace {

Digests digests_number(std::uint64_t number) {
    Digests digests;
    std::ranges::copy(digest_number(number, HashKind::md5), digests.md5.begin());
    std::ranges::copy(digest_number(number, HashKind::sha1), digests.sha1.begin());
    std::ranges::copy(digest_number(number, HashKind::sha256), digests.sha256.begin());
    std::ranges::copy(digest_number(number, HashKind::ed2k), digests.ed2k.begin());
    std::ranges::copy(digest_number(number + 1'000'000, HashKind::ed2k), digests.ed2k_blue.begin());
    return digests;
}

class HashSetsTest : public testing::Test {
  protected:
    void add(const Listed& listed, const HashSetBuilding& building) {
        const auto path = folder_.path() / std::to_string(sets_.size());
        ASSERT_TRUE(build_set(path, listed, building));
        EXPECT_EQ(sets_.add(std::move(*HashSet::open(path))), listed_.size());
        listed_.push_back(listed);
    }

    TempDir folder_;
    HashSets sets_;
    std::vector<Listed> listed_;
};

TEST_F(HashSetsTest, OneLookUpAsksEverySetOfEveryKind) {
    constexpr std::array kKinds{HashKind::sha1, HashKind::md5, HashKind::sha256, HashKind::sha1,
                                HashKind::ed2k};
    for (std::size_t i = 0; i < kKinds.size(); ++i) {
        add(some_digests(100 + 40 * i, kKinds[i]), building_of(kKinds[i], i != 3));
    }
    std::vector<Digests> contents;
    for (std::uint64_t i = 0; i < 400; i += 3) {
        contents.push_back(digests_number(i));
    }
    contents[5].sha1 = {}; // not computed
    contents[6] = {};
    std::vector<SetsHit> expected;
    for (std::uint32_t query = 0; query < contents.size(); ++query) {
        const Digests& c = contents[query];
        for (std::uint32_t set = 0; set < kKinds.size(); ++set) {
            const auto ask = [&](const auto& digest) {
                const auto found = listed_[set].find(Bytes(digest.begin(), digest.end()));
                if (found != listed_[set].end()) {
                    for (const std::uint64_t row : found->second) {
                        expected.push_back({query, set, set == 3 ? SetsHit::kNoRow : row});
                    }
                }
            };
            switch (kKinds[set]) {
            case HashKind::md5: ask(c.md5); break;
            case HashKind::sha1: ask(c.sha1); break;
            case HashKind::sha256: ask(c.sha256); break;
            default: ask(c.ed2k); break;
            }
        }
    }
    std::ranges::sort(expected);
    expected.erase(std::ranges::unique(expected).begin(), expected.end());
    std::vector<SetsHit> hits;
    ASSERT_TRUE(sets_.find(contents, hits));
    EXPECT_EQ(hits, expected);
    EXPECT_TRUE(sets_.holds(HashKind::ed2k));
}

TEST_F(HashSetsTest, AnEd2kIsFoundInEitherForm) {
    Listed listed;
    listed[digest_number(1'000'007, HashKind::ed2k)].insert(70);
    listed[digest_number(8, HashKind::ed2k)].insert(80);
    add(listed, building_of(HashKind::ed2k));
    const std::array contents{digests_number(7), digests_number(8), digests_number(9)};
    std::vector<SetsHit> hits;
    ASSERT_TRUE(sets_.find(contents, hits));
    EXPECT_EQ(hits, (std::vector<SetsHit>{{0, 0, 70}, {1, 0, 80}}));
    EXPECT_FALSE(sets_.holds(HashKind::md5));
}

TEST_F(HashSetsTest, ASetThatCannotBeReadFailsTheLookUpAndKeepsWhatWasThere) {
    add(some_digests(50, HashKind::md5), building_of(HashKind::md5));
    const Listed large = some_digests(60'000, HashKind::sha1);
    const auto path = folder_.path() / "large";
    ASSERT_TRUE(build_set(path, large, building_of(HashKind::sha1)));
    std::string bytes = file_bytes(path);
    bytes[5'000] ^= 1; // of the first keys
    write_file(path, bytes);
    sets_.add(std::move(*HashSet::open(path)));
    Digests first = digests_number(1);
    std::ranges::copy(large.begin()->first, first.sha1.begin());
    std::vector<SetsHit> hits{{9, 9, 9}};
    const Error error = error_of(sets_.find({&first, 1}, hits));
    EXPECT_EQ(error.code, Errc::integrity);
    EXPECT_NE(error.message.find("harmless"), std::string::npos); // the list's name
    EXPECT_EQ(hits, (std::vector<SetsHit>{{9, 9, 9}}));
}

TEST(Standing, AllowWinsOnlyByAnEqualDigestAndNeverOverAnEqualAlert) {
    using enum SetPolarity;
    constexpr auto sha256 = HashKind::sha256;
    constexpr auto sha1 = HashKind::sha1;
    constexpr auto md5 = HashKind::md5;
    constexpr auto ed2k = HashKind::ed2k;
    constexpr auto pdq = HashKind::pdq;
    struct Row {
        std::vector<ListStatement> statements;
        Standing expected;
    };
    const std::vector<Row> rows{
        {{}, Standing::unknown},
        {{{alert, md5}}, Standing::alert},
        {{{alert, pdq}}, Standing::alert},
        {{{allow, md5}}, Standing::known_good},
        {{{allow, ed2k}, {note, sha1}}, Standing::known_good},
        {{{allow, sha256}, {alert, pdq}}, Standing::known_good},
        {{{alert, pdq}, {allow, sha1}}, Standing::known_good},
        {{{alert, pdq}, {allow, md5}}, Standing::alert},
        {{{alert, pdq}, {allow, ed2k}}, Standing::alert},
        {{{alert, pdq}, {allow, pdq}}, Standing::alert},
        {{{alert, md5}, {allow, pdq}}, Standing::alert},
        {{{alert, md5}, {allow, sha256}}, Standing::disputed},
        {{{allow, md5}, {alert, sha256}, {alert, pdq}}, Standing::disputed},
        {{{allow, pdq}}, Standing::unknown},
        {{{note, pdq}}, Standing::noted},
        {{{note, sha1}, {allow, pdq}}, Standing::noted},
        {{{note, sha1}, {alert, pdq}}, Standing::alert},
    };
    for (std::size_t i = 0; i < rows.size(); ++i) {
        EXPECT_EQ(standing_of(rows[i].statements), rows[i].expected) << i;
    }
}

} // namespace
} // namespace rempart::recognise
