// SPDX-License-Identifier: Apache-2.0
#include "recognise/md4.hpp"

#include <random>
#include <string>

#include <gtest/gtest.h>

#include "rempart/core/hex.hpp"
#include "rempart/recognise/digest.hpp"

namespace rempart::recognise {
namespace {

std::string md4(std::string_view text) {
    Md4 hash;
    hash.update(bytes_of(text));
    return encode_hex(hash.finish());
}

Ed2k::Digests ed2k(ByteView bytes) {
    Ed2k hash;
    hash.update(bytes);
    return hash.finish();
}

// The definition, over bytes that lie in memory as a whole.
Ed2k::Digests plain_ed2k(ByteView bytes) {
    Bytes list;
    Md4 hash;
    const auto digest_of = [&](ByteView part) {
        hash.update(part);
        return hash.finish();
    };
    std::size_t at = 0;
    for (; bytes.size() - at >= Ed2k::kPartBytes; at += Ed2k::kPartBytes) {
        const auto digest = digest_of(bytes.subspan(at, Ed2k::kPartBytes));
        list.insert(list.end(), digest.begin(), digest.end());
    }
    const auto last = digest_of(bytes.subspan(at));
    Bytes longer = list;
    longer.insert(longer.end(), last.begin(), last.end());
    const auto root = [&](const Bytes& of) {
        std::array<std::byte, 16> only;
        if (of.size() == only.size()) {
            std::ranges::copy(of, only.begin());
            return only;
        }
        return digest_of(of);
    };
    return {.red = root(longer), .blue = root(at < bytes.size() || at == 0 ? longer : list)};
}

// RFC 1320, appendix A.5.
TEST(Md4, GivesThePublishedDigests) {
    EXPECT_EQ(md4(""), "31d6cfe0d16ae931b73c59d7e0c089c0");
    EXPECT_EQ(md4("a"), "bde52cb31de33e46245e05fbdbd6fb24");
    EXPECT_EQ(md4("abc"), "a448017aaf21d8525fc10ae87aa6729d");
    EXPECT_EQ(md4("message digest"), "d9130a8164549fe818874806e1c7014b");
    EXPECT_EQ(md4("abcdefghijklmnopqrstuvwxyz"), "d79e1c308aa5bbcdeea8ed63df412da9");
    EXPECT_EQ(md4("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"),
              "043f8582f241db351ce627e153e7f0e4");
    EXPECT_EQ(md4("1234567890123456789012345678901234567890123456789012345678901234567890"
                  "1234567890"),
              "e33b4ddc9c38f2199c3e7b164fcc0536");
}

TEST(Md4, AnySplitOfTheBytesGivesTheSame) {
    std::mt19937 rng(1);
    for (std::size_t size = 0; size < 200; ++size) {
        std::string text(size, '\0');
        for (char& c : text) {
            c = static_cast<char>(rng() & 0xFFU);
        }
        Md4 hash;
        for (std::size_t at = 0; at < size;) {
            const std::size_t some = std::min<std::size_t>(rng() % 90, size - at);
            hash.update(bytes_of(std::string_view(text).substr(at, some)));
            at += some;
        }
        EXPECT_EQ(encode_hex(hash.finish()), md4(text)) << size;
    }
}

// What mldonkey.sourceforge.net/Ed2k-hash publishes for files of zeroes.
TEST(Ed2k, GivesThePublishedDigestsOfOneAndTwoPartsOfZeroes) {
    const Bytes zeroes(2 * Ed2k::kPartBytes);
    const auto one = ed2k(ByteView(zeroes).first(Ed2k::kPartBytes));
    EXPECT_EQ(encode_hex(one.blue), "d7def262a127cd79096a108e7a9fc138");
    EXPECT_EQ(encode_hex(one.red), "fc21d9af828f92a8df64beac3357425d");
    const auto two = ed2k(zeroes);
    EXPECT_EQ(encode_hex(two.blue), "194ee9e4fa79b2ee9f8829284c466051");
    EXPECT_EQ(encode_hex(two.red), "114b21c63a74b6ca922291a11177dd5c");
}

TEST(Ed2k, IsTheDefinitionAroundEachEndOfAPart) {
    Bytes bytes(2 * Ed2k::kPartBytes + 2);
    std::mt19937 rng(2);
    for (std::byte& byte : bytes) {
        byte = static_cast<std::byte>(rng());
    }
    for (const std::size_t parts : {0U, 1U, 2U}) {
        for (const int off : {-1, 0, 1}) {
            if (parts == 0 && off < 0) {
                continue;
            }
            const auto size = parts * Ed2k::kPartBytes + static_cast<std::size_t>(off);
            const auto got = ed2k(ByteView(bytes).first(size));
            EXPECT_EQ(got, plain_ed2k(ByteView(bytes).first(size))) << size;
            EXPECT_EQ(got.red != got.blue, parts > 0 && off == 0) << size;
        }
    }
}

TEST(Ed2k, ADigesterGivesItOnlyIfAskedAndBesideTheOthers) {
    const Bytes bytes(Ed2k::kPartBytes, std::byte{3});
    const auto digests_with = [&](DigestSet set) {
        Digester digester(set);
        digester.update(bytes);
        return digester.finish();
    };
    const Ed2k::Digests expected = ed2k(bytes);
    const Digests all = digests_with(DigestSet::all);
    EXPECT_EQ(all.ed2k, Digests{}.ed2k);
    EXPECT_EQ(all.ed2k_blue, Digests{}.ed2k);
    Digests more = digests_with(DigestSet::all_and_ed2k);
    EXPECT_EQ(more.ed2k, expected.red);
    EXPECT_EQ(more.ed2k_blue, expected.blue);
    const Digests only = digests_with(DigestSet::ed2k_only);
    EXPECT_EQ(only.ed2k, expected.red);
    EXPECT_EQ(only.sha256, Digests{}.sha256);
    more.ed2k = more.ed2k_blue = {};
    EXPECT_EQ(more, all);
    const Digests sha256 = digests_with(DigestSet::sha256_only);
    EXPECT_EQ(sha256, (Digests{.md5 = {}, .sha1 = {}, .sha256 = all.sha256}));
}

} // namespace
} // namespace rempart::recognise
