// SPDX-License-Identifier: Apache-2.0
// No damage to a set makes a listed digest look unlisted.
#include <unistd.h>

#include <gtest/gtest.h>

#include "recognise/set_fixture.hpp"
#include "recognise/sets/set_layout.hpp"
#include "rempart/recognise/hash_set.hpp"
#include "support/result.hpp"
#include "support/temp_dir.hpp"

namespace rempart::recognise {
namespace {

class HashSetDamageTest : public testing::Test {
  protected:
    // A file in memory, which is quick to change.
    Result<HashSet> opened(std::string_view bytes) {
        if (!file_) {
            file_ = std::move(*make_memory_file("set"));
        }
        EXPECT_EQ(::ftruncate(file_.get(), static_cast<off_t>(bytes.size())), 0);
        EXPECT_EQ(::pwrite(file_.get(), bytes.data(), bytes.size(), 0),
                  static_cast<ssize_t>(bytes.size()));
        return HashSet::open(UniqueFd(::dup(file_.get())));
    }

    std::string built(const Listed& listed, const HashSetBuilding& building) {
        const auto info = build_set(path_, listed, building);
        EXPECT_TRUE(info);
        return file_bytes(path_);
    }

    TempDir folder_;
    std::filesystem::path path_ = folder_.path() / "set";
    UniqueFd file_;
};

std::string flipped(std::string bytes, std::size_t bit) {
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << bit % 8));
    return bytes;
}

// The bytes with right check values, whatever they say: what only a wrong program or a person
// makes.
std::string resealed(std::string bytes) {
    const auto sha256 = [](std::string_view of) {
        Digester digester(DigestSet::sha256_only);
        digester.update(bytes_of(of));
        const auto digest = digester.finish().sha256;
        return std::string(chars_of(digest));
    };
    const std::size_t data = bytes.size() - kSetHeaderBytes - kSetCheckBytes; // one chunk
    bytes.replace(bytes.size() - kSetCheckBytes, kSetCheckBytes,
                  sha256(bytes.substr(kSetHeaderBytes, data)).substr(0, kSetCheckBytes));
    bytes.replace(80, 32, sha256(bytes.substr(bytes.size() - kSetCheckBytes)));
    bytes.replace(kSetHeaderBytes - 32, 32, sha256(bytes.substr(0, kSetHeaderBytes - 32)));
    return bytes;
}

TEST_F(HashSetDamageTest, EveryTruncationIsRefused) {
    const std::string whole = built(some_digests(20, HashKind::sha1), building_of(HashKind::sha1));
    for (std::size_t size = 0; size < whole.size(); ++size) {
        const Error error = error_of(opened(std::string_view(whole).substr(0, size)));
        EXPECT_EQ(error.code, size == 0 ? Errc::malformed : Errc::truncated) << size;
    }
    EXPECT_EQ(error_of(opened(whole + '\0')).code, Errc::malformed);
    EXPECT_TRUE(opened(whole));
}

TEST_F(HashSetDamageTest, EveryFlippedBitOfASmallSetIsFoundWhenItIsOpened) {
    const std::string whole = built(some_digests(20, HashKind::sha1), building_of(HashKind::sha1));
    for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
        const auto set = opened(flipped(whole, bit));
        ASSERT_FALSE(set) << "bit " << bit;
        const Errc code = set.error().code;
        ASSERT_TRUE(code == Errc::integrity || bit < 16 * 8) << bit << ' ' << name(code);
    }
}

// Whatever is asked of the damaged set is right or an error, and each error is one of damage.
void expect_no_silent_miss(const HashSet& set, const Listed& listed, bool& told) {
    const std::size_t size = size_bytes(set.info().kind);
    const Bytes asked = joined(listed);
    const std::size_t batch = 100 * size;
    for (std::size_t at = 0; at < asked.size(); at += batch) {
        const ByteView some = ByteView(asked).subspan(at, std::min(batch, asked.size() - at));
        std::vector<SetMatch> matches;
        std::vector<SetRow> rows;
        auto done = set.find(some, matches);
        if (done) {
            ASSERT_EQ(matches.size(), some.size() / size) << "a silent miss";
            done = set.rows(matches, rows);
        }
        if (!done) {
            ASSERT_EQ(done.error().code, Errc::integrity);
            told = true;
            continue;
        }
        std::size_t expected = 0;
        for (std::size_t i = 0; i < some.size(); i += size) {
            const auto digest = some.subspan(i, size);
            expected += listed.at(Bytes(digest.begin(), digest.end())).size();
        }
        ASSERT_EQ(rows.size(), expected);
    }
}

TEST_F(HashSetDamageTest, NoFlippedBitOfALargeSetIsASilentMissAndVerifyFindsEach) {
    const Listed listed = some_digests(40'000, HashKind::md5);
    const std::string whole = built(listed, building_of(HashKind::md5));
    ASSERT_GT(whole.size(), std::size_t{1} << 20U);
    std::mt19937_64 rng(3);
    int told_by_find = 0;
    for (int round = 0; round < 24; ++round) {
        // All over the file, and often in what lies behind keys and rows: filter, index, shards.
        const std::size_t from = round % 2 == 0 ? 0 : whole.size() * 9 / 10;
        const std::size_t bit = from * 8 + rng() % ((whole.size() - from) * 8);
        const auto set = opened(flipped(whole, bit));
        if (!set) {
            EXPECT_EQ(set.error().code, Errc::integrity) << bit;
            continue;
        }
        bool told = false;
        expect_no_silent_miss(*set, listed, told);
        told_by_find += told ? 1 : 0;
        EXPECT_EQ(error_of(set->verify()).code, Errc::integrity) << bit;
    }
    EXPECT_GT(told_by_find, 12); // nearly every byte is one that somebody's look-up needs
}

TEST_F(HashSetDamageTest, VerifyFindsDamageThatCameAfterTheLookUp) {
    const Listed listed = some_digests(200, HashKind::md5);
    const std::string whole = built(listed, building_of(HashKind::md5));
    const auto set = opened(whole);
    ASSERT_TRUE(set);
    EXPECT_TRUE(set->verify());
    const auto also = opened(flipped(whole, (kSetHeaderBytes + 5) * 8)); // the same file, in place
    EXPECT_EQ(error_of(also).code, Errc::integrity);
    EXPECT_EQ(error_of(set->verify()).code, Errc::integrity);
}

TEST_F(HashSetDamageTest, AnotherVersionByteOrderKindOrFileIsTold) {
    const std::string whole = built(some_digests(5, HashKind::md5), building_of(HashKind::md5));
    const auto with_number = [&](std::size_t at, std::uint32_t number) {
        std::string bytes = whole;
        std::memcpy(bytes.data() + at, &number, sizeof number);
        return resealed(bytes);
    };
    EXPECT_TRUE(opened(resealed(whole)));
    EXPECT_EQ(error_of(opened(with_number(12, 0))).code, Errc::unsupported); // an older version
    EXPECT_EQ(error_of(opened(with_number(12, 2))).code, Errc::unsupported);
    EXPECT_EQ(error_of(opened(with_number(8, 0x04030201))).code, Errc::unsupported);
    EXPECT_EQ(error_of(opened(with_number(16, 9))).code, Errc::unsupported);
    EXPECT_EQ(error_of(opened(std::string(8'000, 'x'))).code, Errc::malformed);
    EXPECT_EQ(error_of(opened("")).code, Errc::malformed);
}

// With right check values nothing can be told from the bytes alone but what cannot be: no
// contradiction may lead outside of the file.
TEST_F(HashSetDamageTest, ContradictionsUnderRightCheckValuesAreMalformed) {
    const Listed listed = some_digests(100, HashKind::sha1);
    const std::string whole = built(listed, building_of(HashKind::sha1));
    std::mt19937_64 rng(4);
    int refused = 0;
    int unverified = 0;
    for (int round = 0; round < 1'500; ++round) {
        std::string bytes = whole;
        for (std::uint64_t flips = 1 + rng() % 3; flips > 0; --flips) {
            bytes = flipped(bytes, 16 * 8 + rng() % ((bytes.size() - 16) * 8));
        }
        const auto set = opened(resealed(bytes));
        if (!set) {
            EXPECT_NE(set.error().code, Errc::integrity);
            ++refused;
            continue;
        }
        std::vector<SetMatch> matches;
        std::vector<SetRow> rows;
        if (set->info().kind == HashKind::sha1 && set->find(joined(listed), matches) &&
            set->info().has_rows) {
            static_cast<void>(set->rows(matches, rows));
        }
        unverified += set->verify() ? 0 : 1;
    }
    EXPECT_GT(refused, 200);
    EXPECT_GT(unverified, 200);
}

} // namespace
} // namespace rempart::recognise
