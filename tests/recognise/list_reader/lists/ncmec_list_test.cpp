// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "recognise/list_reader/lists/collect.hpp"
#include "support/result.hpp"

namespace rempart::recognise {
namespace {

const std::string kMd5(32, '1');
const std::string kSha1(40, '2');
const std::string kPdq = std::string(32, '3') + std::string(32, 'c');

std::string entry(const std::string& kind, const std::string& member, const std::string& id,
                  const std::string& rest) {
    return "<" + kind + "><member id=\"" + member + "\">M</member><id>" + id + "</id>" + rest +
           "</" + kind + ">\n";
}

std::string fingerprints(const std::string& inside) {
    return "<fingerprints>" + inside + "</fingerprints>";
}

std::string document(const std::string& images, const std::string& videos = "") {
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
           "<queryResult xmlns=\"https://hashsharing.ncmec.org/hashsharing/v2\">\n<images>\n" +
           images + "</images>\n<videos>\n" + videos + "</videos>\n</queryResult>\n";
}

const HashListFormat* format() {
    return hash_list_format_named("ncmec");
}

TEST(NcmecList, TakesImagesAndVideosAndCountsFingerprintsItCannotCompare) {
    const auto list =
        collect(document(entry("image", "42", "image1",
                               "<classification>A1</classification>" +
                                   fingerprints("<md5>" + kMd5 + "</md5><pdna>xyz</pdna><pdq> " +
                                                kPdq + "\n</pdq>")),
                         entry("video", "42", "video1",
                               fingerprints("<sha1>" + kSha1 +
                                            "</sha1><tmk-pdqf rel=\"self\" href=\"/x\"/>"
                                            "<pdq rel=\"self\" href=\"/y\"/>"))));
    ASSERT_TRUE(list) << list.error().message;
    ASSERT_EQ(list->hashes.size(), 3U);
    EXPECT_EQ(line_of(list->hashes[0]), "md5 1 " + kMd5 + " [42/image1] {A1}");
    EXPECT_EQ(line_of(list->hashes[1]), "pdq 1 " + kPdq + " [42/image1] {A1}");
    EXPECT_EQ(line_of(list->hashes[2]), "sha1 2 " + kSha1 + " [42/video1] {}");
    EXPECT_EQ(list->summary.skipped,
              (std::vector<ListCount>{{"pdna", 1}, {"pdq kept elsewhere", 1}, {"tmk-pdqf", 1}}));
    EXPECT_EQ(list->summary.stated_polarity, StatedPolarity::alert);
    EXPECT_EQ(list->summary.stated_scheme, "NCMEC");
}

TEST(NcmecList, WhatIsSaidLastOfAnEntryCountsAndDeletionsDelete) {
    const std::string one = fingerprints("<md5>" + kMd5 + "</md5>");
    const std::string two = fingerprints("<md5>" + std::string(32, '4') + "</md5>");
    const auto list = collect(
        document(entry("image", "1", "changed", one) + entry("image", "1", "deleted", one) +
                 entry("image", "1", "back", one) + entry("deletedImage", "1", "back", "") +
                 entry("image", "2", "deleted", one) + entry("image", "1", "changed", two) +
                 entry("deletedImage", "1", "deleted", "") + entry("image", "1", "back", two) +
                 entry("deletedVideo", "9", "unknown", "")));
    ASSERT_TRUE(list) << list.error().message;
    std::vector<std::string> labels;
    for (const ListedHash& hash : list->hashes) {
        labels.push_back(hash.label + (hash.bytes[0] == std::byte{0x44} ? " two" : " one"));
    }
    EXPECT_EQ(labels, (std::vector<std::string>{"2/deleted one", "1/changed two", "1/back two"}));
    EXPECT_EQ(list->summary.deleted, 3U);
    EXPECT_EQ(list->summary.skipped, (std::vector<ListCount>{{"earlier state of an entry", 3}}));
}

TEST(NcmecList, NegativeFeedbackMarksItsEntryAndAffirmativeDoesNot) {
    const std::string one = fingerprints("<md5>" + kMd5 + "</md5>");
    const auto list = collect(document(
        entry("image", "1", "a", one + "<feedback><affirmativeFeedback type=\"Md5\"/></feedback>") +
        entry("image", "1", "b",
              one + "<feedback><negativeFeedback type=\"Md5\"><reasons><reason guid=\"0\"/>"
                    "<members><member id=\"77\">Other</member></members></reasons>"
                    "</negativeFeedback></feedback>")));
    ASSERT_TRUE(list) << list.error().message;
    EXPECT_FALSE(list->hashes[0].marked);
    EXPECT_TRUE(list->hashes[1].marked);
    EXPECT_EQ(list->hashes[1].label, "1/b") << "not the member who gave feedback";
    EXPECT_EQ(list->summary.marks, (std::vector<ListCount>{{"negative feedback", 1}}));
}

TEST(NcmecList, APageOfDeletionsOnlyIsAList) {
    const auto list = collect(document(entry("deletedImage", "1", "a", "")));
    ASSERT_TRUE(list) << list.error().message;
    EXPECT_TRUE(list->hashes.empty());
    EXPECT_EQ(list->summary.deleted, 1U);
}

TEST(NcmecList, BadHashesAndEntriesWithoutAKeyRefuseTheListAtTheirPlace) {
    const std::string good = entry("image", "1", "a", fingerprints("<md5>" + kMd5 + "</md5>"));
    for (const std::string& bad :
         {entry("image", "1", "b", fingerprints("<md5>12</md5>")),
          entry("image", "1", "b", fingerprints("<sha1>" + kMd5 + "</sha1>")),
          entry("image", "", "b", fingerprints("<md5>" + kMd5 + "</md5>")),
          entry("image", "1", " ", fingerprints("<md5>" + kMd5 + "</md5>"))}) {
        const Error error = error_of(collect(document(good + bad)));
        EXPECT_EQ(error.code, Errc::malformed);
        EXPECT_TRUE(error.message.starts_with("line 5: entry 2: ")) << error.message;
    }
    EXPECT_EQ(error_of(collect("<other/>", format())).code, Errc::malformed);
}

TEST(NcmecList, EntitiesOfItsOwnAreRefusedBeforeTheyExpand) {
    std::string bomb = "<?xml version=\"1.0\"?>\n<!DOCTYPE lolz [<!ENTITY lol \"lol\">";
    for (int i = 1; i < 10; ++i) {
        bomb += "<!ENTITY lol" + std::to_string(i) + " \"";
        for (int j = 0; j < 10; ++j) {
            bomb += "&lol" + (i == 1 ? "" : std::to_string(i - 1)) + ";";
        }
        bomb += "\">";
    }
    bomb += "]>\n<queryResult><images>&lol9;</images></queryResult>";
    EXPECT_EQ(error_of(collect(bomb)).code, Errc::unsupported);
    const std::string external = "<!DOCTYPE q SYSTEM \"file:///etc/passwd\"><queryResult/>";
    EXPECT_EQ(error_of(collect(external)).code, Errc::unsupported);
    EXPECT_EQ(error_of(collect("<!DOCTYPE q [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>"
                               "<queryResult>&x;</queryResult>"))
                  .code,
              Errc::unsupported);
}

TEST(NcmecList, DepthTextsAndTagsHaveTheirLimits) {
    HashListOptions options;
    options.limits.max_record_bytes = std::size_t{256} << 10;
    const auto code = [&](const std::string& text) {
        return error_of(collect(text, format(), options)).code;
    };
    std::string deep = "<queryResult>";
    for (int i = 0; i < 40; ++i) {
        deep += "<a>";
    }
    EXPECT_EQ(code(deep), Errc::limit_exceeded);
    const std::string long_text(std::size_t{1} << 20, 'x');
    EXPECT_EQ(code(document(entry("image", "1", long_text, ""))), Errc::limit_exceeded);
    EXPECT_EQ(code("<queryResult a=\"" + long_text + long_text), Errc::limit_exceeded);
}

TEST(NcmecList, Utf16WithAByteOrderMarkIsReadByTheXmlParser) {
    std::string text = document(entry("image", "1", "a", fingerprints("<md5>" + kMd5 + "</md5>")));
    text.erase(0, text.find("\n") + 1); // the declaration, which says UTF-8
    std::string utf16 = "\xff\xfe";
    for (const char c : text) {
        utf16 += {c, '\0'};
    }
    const auto list = collect(utf16);
    ASSERT_TRUE(list) << list.error().message;
    EXPECT_EQ(list->hashes.size(), 1U);
}

} // namespace
} // namespace rempart::recognise
