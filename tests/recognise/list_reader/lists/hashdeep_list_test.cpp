// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "recognise/list_reader/lists/collect.hpp"
#include "support/result.hpp"

namespace rempart::recognise {
namespace {

const std::string kHead = "%%%% HASHDEEP-1.0\n%%%% size,md5,sha1,filename\n";
const std::string kMd5(32, '1');
const std::string kSha1(40, '2');
const HashListFormat* const kHashdeep = hash_list_format_named("hashdeep");

TEST(HashdeepList, GivesAHashForEachColumnWithTheWholeFileNameAsItsLabel) {
    const auto list = collect(kHead + "## x\n7," + kMd5 + ',' + kSha1 + ",a, b.txt\n");
    ASSERT_TRUE(list);
    ASSERT_EQ(list->hashes.size(), 2U);
    EXPECT_EQ(line_of(list->hashes[0]), "md5 4 " + kMd5 + " [a, b.txt] {}");
    EXPECT_EQ(line_of(list->hashes[1]), "sha1 4 " + kSha1 + " [a, b.txt] {}");
    EXPECT_EQ(list->hashes[0].bytes[16], std::byte{0});
    EXPECT_EQ(list->summary.comments, 3U);
    EXPECT_EQ(list->summary.records, 1U);
}

TEST(HashdeepList, RefusesEntriesThatDoNotFollowTheColumns) {
    for (const std::string& entry :
         {"7," + kMd5 + ',' + kSha1, "7," + kMd5 + ',' + kSha1 + ',', "7," + kMd5 + ",name",
          "7," + kSha1 + ',' + kMd5 + ",name", ',' + kMd5 + ',' + kSha1 + ",name",
          "-7," + kMd5 + ',' + kSha1 + ",name", std::string{}}) {
        const auto error = error_of(collect(kHead + entry + '\n'));
        EXPECT_EQ(error.code, Errc::malformed) << entry;
        EXPECT_TRUE(error.message.starts_with("line 3: ")) << error.message;
    }
}

TEST(HashdeepList, PassesOverDigestsThatAreNotLookedUpButNotOverAllOfThem) {
    const std::string magic = kHead.substr(0, kHead.find('\n') + 1);
    const auto list =
        collect(magic + "%%%% size,tiger,sha-1,whirlpool,filename\n7,t," + kSha1 + ",w,a,b\n");
    ASSERT_TRUE(list);
    ASSERT_EQ(list->hashes.size(), 1U);
    EXPECT_EQ(line_of(list->hashes[0]), "sha1 3 " + kSha1 + " [a,b] {}");
    for (const std::string columns : {"size,tiger,filename", "size,pdq,filename"}) {
        EXPECT_EQ(error_of(collect(magic + "%%%% " + columns + '\n')).code, Errc::unsupported);
    }
}

TEST(HashdeepList, RefusesColumnsItCannotRead) {
    const std::string magic = kHead.substr(0, kHead.find('\n') + 1);
    for (const std::string columns : {"size,filename", "md5,filename", "size,md5", ""}) {
        const auto error = error_of(collect(magic + "%%%% " + columns + '\n'));
        EXPECT_EQ(error.code, Errc::malformed) << columns;
        EXPECT_TRUE(error.message.starts_with("line 2: ")) << error.message;
    }
}

TEST(HashdeepList, LimitsHoldInTheMiddleOfAnEntry) {
    const std::string text = kHead + "7," + kMd5 + ',' + kSha1 + ",name\n";
    HashListOptions options;
    options.limits.max_hashes = 2;
    EXPECT_TRUE(collect(text, kHashdeep, options));
    options.limits.max_hashes = 1;
    EXPECT_EQ(error_of(collect(text, kHashdeep, options)).code, Errc::limit_exceeded);
}

} // namespace
} // namespace rempart::recognise
