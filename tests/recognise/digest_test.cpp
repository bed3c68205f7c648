// SPDX-License-Identifier: Apache-2.0
#include "rempart/recognise/digest.hpp"

#include <random>
#include <utility>

#include <gtest/gtest.h>

#include "rempart/core/hex.hpp"

namespace rempart::recognise {
namespace {

Digests digests_of(std::string_view text) {
    Digester digester;
    digester.update(bytes_of(text));
    return digester.finish();
}

std::string hex(ByteView bytes) {
    return encode_hex(bytes);
}

std::string random_text(std::size_t size) {
    std::mt19937 rng(5);
    std::string text(size, '\0');
    for (char& c : text) {
        c = static_cast<char>(rng() & 0xFFU);
    }
    return text;
}

// RFC 1321 appendix A.5; FIPS 180-2 appendix A and B of SHA-1 and SHA-256.
TEST(Digester, GivesThePublishedDigests) {
    const Digests empty = digests_of("");
    EXPECT_EQ(hex(empty.md5), "d41d8cd98f00b204e9800998ecf8427e");
    EXPECT_EQ(hex(empty.sha1), "da39a3ee5e6b4b0d3255bfef95601890afd80709");
    EXPECT_EQ(hex(empty.sha256),
              "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    const Digests abc = digests_of("abc");
    EXPECT_EQ(hex(abc.md5), "900150983cd24fb0d6963f7d28e17f72");
    EXPECT_EQ(hex(abc.sha1), "a9993e364706816aba3e25717850c26c9cd0d89d");
    EXPECT_EQ(hex(abc.sha256), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    const Digests two_blocks =
        digests_of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq");
    EXPECT_EQ(hex(two_blocks.sha1), "84983e441c3bd26ebaae4aa1f95129e5e54670f1");
    EXPECT_EQ(hex(two_blocks.sha256),
              "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    EXPECT_EQ(hex(digests_of("message digest").md5), "f96b697d7cb7938d525a2f31aaf161d0");
    const Digests million = digests_of(std::string(1'000'000, 'a'));
    EXPECT_EQ(hex(million.md5), "7707d6ae4e027c70eea2a935c2296f21");
    EXPECT_EQ(hex(million.sha1), "34aa973cd4c4daa4f61eeb2bdbad27316534016f");
    EXPECT_EQ(hex(million.sha256),
              "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Digester, AnySplitOfTheBytesGivesTheSame) {
    const std::string text = random_text(200'000); // several slices of the implementation
    const Digests whole = digests_of(text);
    std::mt19937 rng(6);
    Digester digester;
    for (const std::size_t longest : {1U, 7U, 64U, 5'000U, 70'000U}) {
        for (std::size_t at = 0; at < text.size();) {
            const std::size_t size = std::min<std::size_t>(rng() % (longest + 1), text.size() - at);
            digester.update(bytes_of(std::string_view(text).substr(at, size)));
            at += size;
        }
        EXPECT_EQ(digester.finish(), whole) << longest;
    }
}

TEST(Digester, ASubsetGivesItsOwnDigestsAndZeroesForTheOthers) {
    const std::string text = random_text(100'000);
    const Digests all = digests_of(text);
    for (const DigestSet set : {DigestSet::md5_only, DigestSet::sha_only}) {
        Digester digester(set);
        digester.update(bytes_of(text));
        const Digests some = digester.finish();
        const bool md5 = set == DigestSet::md5_only;
        EXPECT_EQ(some.md5, md5 ? all.md5 : Digests{}.md5);
        EXPECT_EQ(some.sha1, md5 ? Digests{}.sha1 : all.sha1);
        EXPECT_EQ(some.sha256, md5 ? Digests{}.sha256 : all.sha256);
    }
}

TEST(Digester, IsReadyAgainAfterFinishAndAfterAMove) {
    Digester first;
    first.update(bytes_of("forgotten by finish"));
    static_cast<void>(first.finish());
    EXPECT_EQ(first.finish(), digests_of(""));
    first.update(bytes_of("ab"));
    Digester second = std::move(first);
    second.update(bytes_of("c"));
    EXPECT_EQ(second.finish(), digests_of("abc"));
}

TEST(HashKind, NamesReadBackAndOthersDoNot) {
    for (const HashKind kind :
         {HashKind::md5, HashKind::sha1, HashKind::sha256, HashKind::pdq, HashKind::ed2k}) {
        EXPECT_EQ(hash_kind_named(name(kind)), kind);
    }
    EXPECT_FALSE(hash_kind_named("SHA256"));
    EXPECT_FALSE(hash_kind_named(""));
    EXPECT_EQ(size_bytes(HashKind::md5), 16U);
    EXPECT_EQ(size_bytes(HashKind::sha1), 20U);
    EXPECT_EQ(size_bytes(HashKind::sha256), 32U);
    EXPECT_EQ(size_bytes(HashKind::pdq), 32U);
    EXPECT_EQ(size_bytes(HashKind::ed2k), 16U);
}

} // namespace
} // namespace rempart::recognise
