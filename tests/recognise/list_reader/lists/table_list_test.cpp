// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "recognise/list_reader/lists/collect.hpp"
#include "recognise/list_reader/lists/csv_fields.hpp"
#include "support/result.hpp"

namespace rempart::recognise {
namespace {

using Fields = std::vector<std::string>;

Fields split(std::string_view line, char delimiter = ',') {
    CsvFields fields;
    if (const auto done = fields.split(line, delimiter); !done) {
        return {"refused"};
    }
    return {fields.fields().begin(), fields.fields().end()};
}

TEST(CsvFields, AreThoseOfRfc4180) {
    EXPECT_EQ(split(""), Fields{""});
    EXPECT_EQ(split("a,,b,"), (Fields{"a", "", "b", ""}));
    EXPECT_EQ(split(R"("a","","b ""c"", d","""")"), (Fields{"a", "", "b \"c\", d", "\""}));
    EXPECT_EQ(split(R"("a;b";c,d)", ';'), (Fields{"a;b", "c,d"}));
    for (const std::string_view bad : {R"("a)", R"(a"b)", R"("a"b)", R"("a""b)", R"(x,")"}) {
        EXPECT_EQ(split(bad), Fields{"refused"}) << bad;
    }
}

TEST(CsvFields, ManyEscapedFieldsOfOneLineStayGood) {
    std::string line;
    Fields expected;
    for (int i = 0; i < 200; ++i) {
        line += (i == 0 ? "\"\"\"" : ",\"\"\"") + std::to_string(i) + '"';
        expected.push_back('"' + std::to_string(i));
    }
    EXPECT_EQ(split(line), expected);
}

const std::string kMd5(32, '1');
const std::string kSha1(40, '2');
const std::string kSha256(64, '3');

TEST(NsrlList, ColumnsAreFoundByNameInBothGenerationsAndTheSpecialCodeIsTheCategory) {
    const std::string second = R"("SHA-1","MD5","CRC32","FileName","FileSize","ProductCode",)"
                               R"("OpSystemCode","SpecialCode")"
                               "\r\n\"" +
                               kSha1 + "\",\"" + kMd5 + R"(","0","a ""b"", c",1,1,"WIN","M")" +
                               "\r\n";
    const std::string first = R"("SHA-1","FileName","FileSize","ProductCode","OpSystemCode","MD4",)"
                              R"("MD5","CRC32","SpecialCode")"
                              "\n\"" +
                              kSha1 + R"(","a ""b"", c",1,1,"WIN",")" + kMd5 + "\",\"" + kMd5 +
                              "\",\"0\",\"M\"\n";
    for (const std::string& text : {first, second}) {
        const auto list = collect(text);
        ASSERT_TRUE(list) << list.error().message;
        EXPECT_EQ(list->summary.format, "nsrl");
        EXPECT_EQ(list->summary.comments, 1U);
        EXPECT_EQ(list->summary.stated_polarity, StatedPolarity::allow);
        EXPECT_EQ(list->summary.marks, (std::vector<ListCount>{{"SpecialCode M", 1}}));
        ASSERT_EQ(list->hashes.size(), 2U);
        for (const ListedHash& hash : list->hashes) {
            EXPECT_TRUE(hash.marked);
            EXPECT_EQ(line_of(hash), hash.kind == HashKind::md5
                                         ? "md5 2 " + kMd5 + " [a \"b\", c] {M}"
                                         : "sha1 2 " + kSha1 + " [a \"b\", c] {M}");
        }
    }
}

TEST(TableList, RefusesARecordOfAnotherLengthOrWithoutAnyHash) {
    const std::string head = "MD5,SHA1,Name\n" + kMd5 + ',' + kSha1 + ",a\n";
    for (const std::string& line :
         {kMd5 + ',' + kSha1, kMd5 + ',' + kSha1 + ",a,b", std::string(",,a"),
          kMd5 + ',' + kMd5 + ",a", kMd5 + ',' + kSha1 + ",\"a"}) {
        const Error error = error_of(collect(head + line + "\n"));
        EXPECT_EQ(error.code, Errc::malformed) << line;
        EXPECT_TRUE(error.message.starts_with("line 3: ")) << error.message;
    }
}

TEST(CsvList, ReadsAnyColumnsOfHashesWithAnyOfThreeDelimiters) {
    for (const char delimiter : {',', ';', '\t'}) {
        const auto row = [&](const std::vector<std::string>& values) {
            std::string line;
            for (const std::string& value : values) {
                line += (line.empty() ? "" : std::string(1, delimiter)) + value;
            }
            return line + "\r\n";
        };
        const auto list = collect(row({"Category", "SHA-256", "PDQ", "x", "Label"}) +
                                  row({"2", kSha256, kSha256, "", "one"}) + "\n" +
                                  row({"\"1\"", "", kSha256, "y", "two"}));
        ASSERT_TRUE(list) << list.error().message;
        ASSERT_EQ(list->hashes.size(), 3U);
        EXPECT_EQ(line_of(list->hashes[0]), "sha256 2 " + kSha256 + " [one] {2}");
        EXPECT_EQ(line_of(list->hashes[1]), "pdq 2 " + kSha256 + " [one] {2}");
        EXPECT_EQ(line_of(list->hashes[2]), "pdq 4 " + kSha256 + " [two] {1}");
        EXPECT_EQ(list->summary.comments, 2U);
    }
    EXPECT_TRUE(collect("md5\n" + kMd5 + "\n"));
}

TEST(CsvList, ALastLineWithoutAnEndIsTakenOnlyIfItEndsInAWholeHash) {
    const std::string md5(32, '1'), sha1(40, '2');
    const auto list = collect("name,md5,sha1\nx," + md5 + "," + sha1);
    ASSERT_TRUE(list) << list.error().message;
    EXPECT_EQ(list->hashes.size(), 2U);
    EXPECT_EQ(list->summary.unterminated_last_line, 1U);
    EXPECT_TRUE(collect("name,md5\nx,\"" + md5 + "\""));
    for (const std::string& text :
         {"name,md5,sha1\nx," + md5 + "," + sha1.substr(1), "name,md5,sha1\nx," + md5 + ",",
          "name,md5,sha1\nx," + md5, "md5,name\n" + md5 + ",x", "md5,name\n" + md5 + ",\"x\"",
          "name,md5\nx,\"" + md5, std::string("name,md5")}) {
        EXPECT_EQ(error_of(collect(text, hash_list_format_named("csv"))).code, Errc::malformed)
            << text;
    }
}

TEST(CsvList, IsNotTheReaderOfTablesThatHaveTheirOwn) {
    const std::string nsrl = R"("SHA-1","MD5","FileName","ProductCode","SpecialCode")"
                             "\n\"" +
                             kSha1 + "\",\"" + kMd5 + "\",\"a\",1,\"\"\n";
    EXPECT_EQ(collect(nsrl)->summary.format, "nsrl");
    EXPECT_EQ(error_of(collect(nsrl, hash_list_format_named("csv"))).code, Errc::malformed);
}

} // namespace
} // namespace rempart::recognise
