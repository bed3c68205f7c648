// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "recognise/list_reader/lists/collect.hpp"
#include "recognise/list_reader/lists/list_readers.hpp"
#include "rempart/recognise/pdq_hash.hpp"
#include "support/result.hpp"

namespace rempart::recognise {
namespace {

const std::string kA(64, 'a');
const std::string kB(64, 'B');
const HashListFormat* const kPlain = hash_list_format_named("plain");

std::vector<std::string> labels(const std::string& text) {
    const auto list = collect(text, kPlain, stating(HashKind::sha256));
    std::vector<std::string> all;
    if (!list) {
        return {"refused: " + list.error().message};
    }
    for (const ListedHash& hash : list->hashes) {
        all.push_back(hash.label);
    }
    return all;
}

using Labels = std::vector<std::string>;

TEST(PlainList, ReadsHashesLabelsCommentsAndBothLineEnds) {
    const auto list = collect("# test\r\n" + kA + ",bridge, north side\r\n\n" + kB + "\n; x\n",
                              nullptr, stating(HashKind::sha256));
    ASSERT_TRUE(list);
    ASSERT_EQ(list->hashes.size(), 2U);
    EXPECT_EQ(line_of(list->hashes[0]), "sha256 2 " + kA + " [bridge, north side] {}");
    EXPECT_EQ(line_of(list->hashes[1]), "sha256 4 " + std::string(64, 'b') + " [] {}");
    EXPECT_EQ(list->summary.comments, 3U);
    EXPECT_EQ(list->summary.records, 2U);
}

TEST(PlainList, ReadsTheLabelsOfMd5sumAndItsKin) {
    EXPECT_EQ(labels(kA + "  two spaces\n" + kB + " *binary\n" + kA + "\ttab\n" + kA + "   lead\n"),
              (Labels{"two spaces", "binary", "tab", " lead"}));
    EXPECT_EQ(labels("\\" + kA + "  a\\\\b\\nc\\r\n"), Labels{"a\\b\nc\r"});
    EXPECT_EQ(labels(kA + "  a\\b\n"), Labels{"a\\b"}); // not escaped: as it is
    EXPECT_EQ(labels("      1234  " + kA + "  sized\n"), Labels{"sized"});
    EXPECT_EQ(labels(kA + "  caf\xe9\n"), Labels{"caf\\xe9"});
}

TEST(PlainList, RefusesLabelsThatCannotBeTold) {
    for (const std::string& line :
         {kA + " one space\n", kA + " \n", "\\" + kA + "  a\\x\n", "\\" + kA + "  a\\\n",
          "\\" + kA + "\n", "12 " + kA + "\n", " " + kA + "\n"}) {
        const Error error = error_of(collect(line, kPlain, stating(HashKind::sha256)));
        EXPECT_EQ(error.code, Errc::malformed) << line;
        EXPECT_TRUE(error.message.starts_with("line 1: ")) << error.message;
    }
}

TEST(PlainList, OneBadLineRefusesTheListAndIsNamed) {
    const auto error = error_of(
        collect(kA + "\n\n" + kB.substr(1) + "\n" + kA + "\n", nullptr, stating(HashKind::pdq)));
    EXPECT_EQ(error.code, Errc::malformed);
    EXPECT_EQ(error.message, "line 3: pdq: 63 hex digits, 64 expected");
}

TEST(PlainList, TheKindDecidesHowManyDigitsAHashHas) {
    for (const auto& [kind, digits] :
         {std::pair{HashKind::md5, 32}, std::pair{HashKind::sha1, 40},
          std::pair{HashKind::sha256, 64}, std::pair{HashKind::pdq, 64}}) {
        for (int length = 0; length <= 66; ++length) {
            const std::string text = std::string(static_cast<std::size_t>(length), '5') + ",x\n";
            EXPECT_EQ(collect(text, kPlain, stating(kind)).has_value(), length == digits)
                << name(kind) << ' ' << length;
        }
    }
}

TEST(PlainList, ClaimsOnlyTextWhoseFirstContentIsAHash) {
    EXPECT_TRUE(claims_plain_list("# x\n\n" + kA + "\n"));
    EXPECT_TRUE(claims_plain_list(kA.substr(32) + ",label\r\n"));
    EXPECT_TRUE(claims_plain_list("   7  " + kA.substr(32) + "  label\n"));
    EXPECT_TRUE(claims_plain_list("\\" + kA.substr(24) + " *label\n"));
    EXPECT_TRUE(claims_plain_list(kA));
    for (const std::string& text : {std::string{}, std::string("# only\n"), kA.substr(1),
                                    kA.substr(33) + "\n", kA + "x\n", "name\n" + kA + "\n"}) {
        EXPECT_FALSE(claims_plain_list(text)) << text;
    }
}

TEST(PlainList, ALastLineWithoutAnEndIsTakenOnlyAsAWholeHashAndCounted) {
    for (const std::string& last : {kB, "1234  " + kB, kB + "\r"}) {
        const auto list = collect(kA + "\n" + last, kPlain, stating(HashKind::sha256));
        ASSERT_TRUE(list) << list.error().message;
        EXPECT_EQ(list->hashes.size(), 2U);
        EXPECT_EQ(list->summary.unterminated_last_line, 1U);
    }
    EXPECT_EQ(collect(kA, nullptr, stating(HashKind::sha256))->hashes.size(), 1U);
    EXPECT_EQ(collect(kA + "\n", kPlain, stating(HashKind::sha256))->summary.unterminated_last_line,
              0U);
    for (const std::string& last :
         {kB.substr(1), kB + "0", kB.substr(32), kB + ",lab", kB + "  na", kB + " *", kB + ",",
          "\\" + kB + "  na", std::string("# comment"), std::string("\r")}) {
        const Error error = error_of(collect(kA + "\n" + last, kPlain, stating(HashKind::sha256)));
        EXPECT_EQ(error.message, "line 2: no end of line, the list may have been cut") << last;
    }
}

TEST(PlainList, LimitsHoldExactly) {
    const std::string two = kA + "\n" + kB + "\n";
    HashListOptions options = stating(HashKind::sha256);
    options.limits.max_line_bytes = 64;
    options.limits.max_hashes = 2;
    EXPECT_TRUE(collect(two, kPlain, options));
    options.limits.max_line_bytes = 63;
    EXPECT_EQ(error_of(collect(two, kPlain, options)).code, Errc::limit_exceeded);
    options.limits.max_line_bytes = 64;
    options.limits.max_hashes = 1;
    EXPECT_EQ(error_of(collect(two, kPlain, options)).message, "line 2: more than 1 hashes");
}

TEST(BsdList, NamesItsKindsLineByLine) {
    const auto list = collect("# x\nMD5 (a (b) = c.txt) = " + kA.substr(32) +
                              "\nSHA256 (b) = " + kA + "\nSHA1(c)= " + kA.substr(24) +
                              "\nSHA2-256(d)= " + kA + "\nmd5 () = " + kA.substr(32) + "\n");
    ASSERT_TRUE(list) << list.error().message;
    ASSERT_EQ(list->hashes.size(), 5U);
    EXPECT_EQ(line_of(list->hashes[0]), "md5 2 " + kA.substr(32) + " [a (b) = c.txt] {}");
    EXPECT_EQ(list->hashes[1].kind, HashKind::sha256);
    EXPECT_EQ(list->hashes[2].kind, HashKind::sha1);
    EXPECT_EQ(list->hashes[3].kind, HashKind::sha256);
    EXPECT_EQ(list->hashes[4].label, "");
}

TEST(BsdList, ALastLineWithoutAnEndIsTakenOnlyWithAWholeHash) {
    const std::string text = "MD5 (a) = " + kA.substr(32) + "\nMD5 (b = c) = " + kA.substr(32);
    const auto list = collect(text);
    ASSERT_TRUE(list) << list.error().message;
    EXPECT_EQ(list->hashes.size(), 2U);
    EXPECT_EQ(list->summary.unterminated_last_line, 1U);
    for (std::size_t lost = 1; lost < text.size() - text.find('\n') - 1; ++lost) {
        EXPECT_FALSE(collect(text.substr(0, text.size() - lost))) << lost;
    }
}

TEST(BsdList, RefusesOtherLinesAndKinds) {
    const std::string good = "MD5 (a) = " + kA.substr(32) + "\n";
    for (const std::string& line :
         {"RMD160 (a) = " + kA.substr(24), "MD5 (a) " + kA.substr(32), "MD5 a = " + kA.substr(32),
          "PDQ (a) = " + kA, "MD5 (a) = " + kA.substr(33), "MD5 )a( = " + kA.substr(32)}) {
        const Error error = error_of(collect(good + line + "\n", hash_list_format_named("bsd")));
        EXPECT_EQ(error.code, Errc::malformed) << line;
        EXPECT_TRUE(error.message.starts_with("line 2: ")) << error.message;
    }
}

} // namespace
} // namespace rempart::recognise
