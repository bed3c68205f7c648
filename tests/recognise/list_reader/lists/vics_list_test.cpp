// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "recognise/list_reader/lists/collect.hpp"
#include "support/result.hpp"

namespace rempart::recognise {
namespace {

const std::string kMd5(32, '1');
const std::string kSha1(40, '2');
const std::string kSha256(64, '3');
const std::string kPdq = std::string(32, '5') + std::string(32, 'c');
const std::string kMedia13 = "http://github.com/ICMEC/ProjectVic/DataModels/1.3.xml#Media";
const std::string kCases20 =
    "http://github.com/VICSDATAMODEL/ProjectVic/DataModels/2.0.xml/UK/$metadata#Cases";

std::string document(const std::string& context, const std::string& value) {
    const std::string key =
        context.find("2.0") == std::string::npos ? "odata.metadata" : "@odata.context";
    return "{\"" + key + "\":\"" + context + "\",\"value\":" + value + "}";
}

std::string one(const std::string& fields) {
    return document(kMedia13, "[{" + fields + "}]");
}

std::vector<std::string> lines(const std::string& text) {
    const auto list = collect(text);
    if (!list) {
        return {"refused: " + list.error().message};
    }
    std::vector<std::string> all;
    for (const ListedHash& hash : list->hashes) {
        all.push_back(line_of(hash));
    }
    return all;
}

using Lines = std::vector<std::string>;

TEST(VicsList, ReadsMediaWithKeysInAnyCaseAndAnyHashItKnows) {
    EXPECT_EQ(
        lines(one("\"MEDIAID\":7,\"category\":2,\"md5\":\"" + kMd5 + "\",\"Sha1\":\"" + kSha1 +
                  "\",\"MediaSize\":\"12\",\"IsDistributed\":\"true\",\"x@odata.y\":[{}],"
                  "\"AlternativeHashes\":[{\"HashName\":\"SHA-256\",\"HashValue\":\"" +
                  kSha256 + "\",\"MD5\":\"\"},{\"hashname\":\"pdq\",\"hashvalue\":\"" + kPdq +
                  "\"},{\"HashName\":\"PhotoDNA\",\"HashValue\":\"AAA=\"},{\"HashName\":\"SHA1\","
                  "\"HashValue\":\"" +
                  kSha1 + "\"}]")),
        (Lines{"md5 1 " + kMd5 + " [7] {2}", "sha1 1 " + kSha1 + " [7] {2}",
               "sha256 1 " + kSha256 + " [7] {2}", "pdq 1 " + kPdq + " [7] {2}"}));
}

TEST(VicsList, AbsentNullAndEmptyValuesAreNone) {
    EXPECT_EQ(lines(one("\"MD5\":\"" + kMd5 +
                        "\",\"SHA1\":\"\",\"Category\":null,\"AlternativeHashes\":null")),
              Lines{"md5 1 " + kMd5 + " [] {}"});
    EXPECT_EQ(lines(one("\"MD5\":\"" + kMd5 + "\",\"Category\":\"Cat A\",\"MediaID\":\"x\"")),
              Lines{"md5 1 " + kMd5 + " [x] {Cat A}"});
}

TEST(VicsList, CountsMediaThroughAllCases) {
    const std::string media = "{\"MD5\":\"" + kMd5 + "\"}";
    const auto list = collect(document(
        kCases20, "[{\"CaseID\":\"{a}\",\"Media\":[" + media + "," + media +
                      "],\"TotalMediaFiles\":2},{\"Media\":[]},{\"media\":[" + media + "]}]"));
    ASSERT_TRUE(list) << list.error().message;
    ASSERT_EQ(list->hashes.size(), 3U);
    EXPECT_EQ(list->hashes[2].entry, 3U);
    EXPECT_EQ(list->summary.records, 3U);
    EXPECT_EQ(list->summary.stated_scheme, "UK");
}

TEST(VicsList, KnowsEachContextInAnyCaseAndKeepsTheRegionAsWritten) {
    const auto scheme = [](const std::string& context) {
        const auto list =
            collect(document(context, context.find("ases") != std::string::npos
                                          ? "[{\"Media\":[{\"MD5\":\"" + kMd5 + "\"}]}]"
                                          : "[{\"MD5\":\"" + kMd5 + "\"}]"));
        return list ? "[" + list->summary.stated_scheme + "]" : list.error().message;
    };
    for (const std::string version : {"1.1", "1.2", "1.3"}) {
        EXPECT_EQ(scheme("http://github.com/ICMEC/ProjectVic/DataModels/" + version + ".xml#Media"),
                  "[]");
    }
    EXPECT_EQ(scheme(kCases20), "[UK]");
    EXPECT_EQ(scheme("https://GitHub.com/vicsdatamodel/projectvic/datamodels/2.0.xml/Default/"
                     "$METADATA#media"),
              "[Default]");
    EXPECT_EQ(
        scheme("http://github.com/VICSDATAMODEL/ProjectVic/DataModels/2.0.xml/$metadata#Media"),
        "[]");
    for (const std::string context :
         {"http://github.com/ICMEC/ProjectVic/DataModels/3.0.xml#Media",
          "http://github.com/ICMEC/ProjectVic/DataModels/1.3.xml#Persons",
          "http://github.com/ICMEC/ProjectVic/DataModels/1.3.xml",
          "http://example.com/ICMEC/ProjectVic/DataModels/1.3.xml#Media",
          "http://github.com/VICSDATAMODEL/ProjectVic/DataModels/2.0.xml/US#Media",
          "http://github.com/VICSDATAMODEL/ProjectVic/DataModels/2.0.xml/U/S/$metadata#Media",
          ""}) {
        EXPECT_EQ(error_of(collect(document(context, "[]"), hash_list_format_named("vics"))).code,
                  Errc::unsupported)
            << context;
    }
}

TEST(VicsList, RefusesMediaWithoutASoundMd5AndNamesIt) {
    const std::string good = "{\"MD5\":\"" + kMd5 + "\"}";
    for (const std::string& bad :
         {std::string("{}"), std::string("{\"MD5\":\"\"}"), std::string("{\"MD5\":null}"),
          std::string("{\"MD5\":12}"), "{\"MD5\":\"" + kMd5.substr(1) + "\"}",
          "{\"MD5\":\"" + kMd5 + "\",\"md5\":\"" + std::string(32, '7') + "\"}",
          "{\"MD5\":\"" + kMd5 + "\",\"Category\":[]}",
          "{\"MD5\":\"" + kMd5 + "\",\"AlternativeHashes\":{}}",
          "{\"MD5\":\"" + kMd5 + "\",\"AlternativeHashes\":[7]}",
          "{\"MD5\":\"" + kMd5 + "\",\"SHA1\":\"abc\"}", std::string("7"), std::string("[]"),
          "{\"MD5\":\"" + kMd5 + "\",}", "{\"MD5\":\"" + kMd5 + "\",\"x\":\"\xe9\"}"}) {
        const Error error = error_of(collect(document(kMedia13, "[" + good + "," + bad + "]")));
        EXPECT_EQ(error.code, Errc::malformed) << bad;
        EXPECT_TRUE(error.message.starts_with("media 2, byte ")) << error.message;
    }
}

TEST(VicsList, RefusesDocumentsThatAreNotOneWholeObject) {
    const std::string media = "[{\"MD5\":\"" + kMd5 + "\"}]";
    const auto* const vics = hash_list_format_named("vics");
    const std::string good = document(kMedia13, media);
    ASSERT_TRUE(collect(good + " \r\n\t", vics));
    for (const std::string& bad :
         {good + "x", good + good, "[" + good + "]", good.substr(0, good.size() - 1) + ",}",
          "{\"value\":" + media + ",\"odata.metadata\":\"" + kMedia13 + "\"}",
          good.substr(0, good.size() - 1) + ",\"value\":[]}",
          good.substr(0, good.size() - 1) + ",\"y\":nope}",
          good.substr(0, good.size() - 1) + ",\"y\":[1}}",
          good.substr(0, good.size() - 1) + " \"y\":1}", document(kMedia13, "{}"),
          "{\"odata.metadata\":\"" + kMedia13 + "\"}"}) {
        const Error error = error_of(collect(bad, vics));
        EXPECT_EQ(error.code, Errc::malformed) << bad;
    }
}

TEST(VicsList, StringsThatHoldBracketsAndQuotesDoNotEndAPiece) {
    EXPECT_EQ(lines(one("\"Comments\":\"}]{[\\\\\\\"},\",\"MD5\":\"" + kMd5 + "\"")),
              Lines{"md5 1 " + kMd5 + " [] {}"});
}

TEST(VicsList, OneRecordIsTheMostThatMustFitTheLimit) {
    const std::string small = "{\"MD5\":\"" + kMd5 + "\"}";
    std::string value = "[" + small;
    for (int i = 0; i < 50; ++i) {
        value += "," + small;
    }
    HashListOptions options;
    options.limits.max_record_bytes = 100;
    EXPECT_TRUE(collect(document(kMedia13, value + "]"), nullptr, options));
    const std::string large =
        "{\"MD5\":\"" + kMd5 + "\",\"Comments\":\"" + std::string(100, 'x') + "\"}";
    const Error error =
        error_of(collect(document(kMedia13, value + "," + large + "]"), nullptr, options));
    EXPECT_EQ(error.code, Errc::limit_exceeded);
    EXPECT_TRUE(error.message.starts_with("media 52, ")) << error.message;
}

TEST(FingerprintList, GivesBothHashesOfAFileAndCountsFailures) {
    const std::string good = "{\"type\":\"fingerprint\",\"path\":\"a/b.png\",\"algorithm\":\"pdq\","
                             "\"hex\":\"" +
                             kPdq + "\",\"quality\":50,\"sha256\":\"" + kSha256 + "\"}\n";
    const std::string failed =
        "{\"type\":\"fingerprint\",\"path\":\"c\",\"error\":{\"code\":\"io\",\"what\":\"x\"}}\n";
    const std::string small =
        "{\"type\":\"fingerprint\",\"path\":\"icon\",\"error\":null,\"sha256\":\"" + kSha256 +
        "\"}\n";
    const auto list = collect(failed + good + "\n" + small);
    ASSERT_TRUE(list) << list.error().message;
    EXPECT_EQ(list->summary.comments, 2U);
    ASSERT_EQ(list->hashes.size(), 3U);
    EXPECT_EQ(line_of(list->hashes[0]), "pdq 2 " + kPdq + " [a/b.png] {}");
    EXPECT_EQ(line_of(list->hashes[1]), "sha256 2 " + kSha256 + " [a/b.png] {}");
    EXPECT_EQ(line_of(list->hashes[2]), "sha256 4 " + kSha256 + " [icon] {}");
}

TEST(FingerprintList, AHashOfPoorQualityIsDroppedAndCounted) {
    const auto list =
        collect("{\"type\":\"fingerprint\",\"path\":\"a\",\"algorithm\":\"pdq\",\"hex\":\"" + kPdq +
                "\",\"quality\":49,\"sha256\":\"" + kSha256 + "\"}\n");
    ASSERT_TRUE(list);
    EXPECT_EQ(list->summary.degenerate_hashes, 1U);
    ASSERT_EQ(list->hashes.size(), 1U);
    EXPECT_EQ(list->hashes[0].kind, HashKind::sha256);
}

TEST(FingerprintList, RefusesOtherLines) {
    const std::string hex = ",\"hex\":\"" + kPdq + "\"";
    for (const std::string& line :
         {std::string("{\"type\":\"summary\"}"), std::string("{\"type\":\"fingerprint\"}"),
          "{\"type\":\"fingerprint\",\"algorithm\":\"tmk\",\"quality\":80" + hex + "}",
          "{\"type\":\"fingerprint\",\"algorithm\":\"pdq\"" + hex + "}",
          std::string("{\"type\":\"fingerprint\",\"sha256\":7}"), std::string("7"),
          std::string("{\"type\":\"fingerprint\"")}) {
        const Error error = error_of(collect(line + "\n", hash_list_format_named("fingerprint")));
        EXPECT_TRUE(error.message.starts_with("line 1: ")) << line << error.message;
    }
}

} // namespace
} // namespace rempart::recognise
