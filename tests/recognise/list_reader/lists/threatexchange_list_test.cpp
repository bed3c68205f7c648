// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "recognise/list_reader/lists/collect.hpp"
#include "support/result.hpp"

namespace rempart::recognise {
namespace {

const std::string kMd5(32, '1');
const std::string kPdq = std::string(32, '3') + std::string(32, 'c');

std::string update(const std::string& id, const std::string& type, const std::string& indicator,
                   const std::string& rest = R"("descriptors":{"data":[{"status":"MALICIOUS"}]})") {
    return R"({"id":")" + id + R"(","type":")" + type + R"(","indicator":")" + indicator + "\"" +
           (rest.empty() ? "" : "," + rest) + "}";
}

std::string page(const std::vector<std::string>& updates) {
    std::string text;
    for (const std::string& each : updates) {
        text += (text.empty() ? "" : ",\n") + each;
    }
    return "{\"data\":[" + text + "],\"paging\":{\"next\":\"x\"}}";
}

TEST(ThreatExchangeList, TakesFourKindsAndCountsEveryOtherTypeByName) {
    const auto list =
        collect(page({update("1", "HASH_PDQ", kPdq), update("2", "HASH_MD5", kMd5),
                      update("3", "HASH_SHA1", std::string(40, '2')),
                      update("4", "HASH_SHA256", std::string(64, '5')),
                      update("5", "HASH_VIDEO_MD5", kMd5), update("6", "HASH_TMK", "x"),
                      update("7", "HASH_TMK", "y"), update("8", "DOMAIN", "example.org")}));
    ASSERT_TRUE(list) << list.error().message;
    ASSERT_EQ(list->hashes.size(), 5U);
    EXPECT_EQ(line_of(list->hashes[0]), "pdq 1 " + kPdq + " [1] {MALICIOUS}");
    EXPECT_EQ(line_of(list->hashes[4]), "md5 5 " + kMd5 + " [5] {MALICIOUS}");
    EXPECT_EQ(list->summary.skipped, (std::vector<ListCount>{{"DOMAIN", 1}, {"HASH_TMK", 2}}));
    EXPECT_EQ(list->summary.stated_polarity, StatedPolarity::alert);
}

TEST(ThreatExchangeList, ABareArrayIsAPageToo) {
    const auto list = collect("[" + update("1", "HASH_MD5", kMd5) + "]\n");
    ASSERT_TRUE(list) << list.error().message;
    EXPECT_EQ(list->hashes.size(), 1U);
}

TEST(ThreatExchangeList, AnUpdateWithoutDescriptorsOrThatShouldBeDeletedIsADeletion) {
    const auto list = collect(page(
        {update("1", "HASH_MD5", kMd5), update("2", "HASH_MD5", kMd5, ""),
         update("3", "HASH_MD5", kMd5, R"("should_delete":true,"descriptors":{"data":[]})"),
         update("4", "HASH_MD5", kMd5, R"("should_delete":false,"descriptors":{"data":[]})"),
         update("5", "HASH_MD5", kMd5), update("5", "HASH_MD5", kMd5, R"("should_delete":true)")}));
    ASSERT_TRUE(list) << list.error().message;
    std::string ids;
    for (const ListedHash& hash : list->hashes) {
        ids += hash.label;
    }
    EXPECT_EQ(ids, "14");
    EXPECT_EQ(list->summary.deleted, 3U);
    EXPECT_EQ(list->summary.skipped, (std::vector<ListCount>{{"earlier state of an entry", 1}}));
}

TEST(ThreatExchangeList, StatusesAreTheCategoryTagsStandInTheLabelAndANoMarksTheEntry) {
    const auto list = collect(page(
        {update("1", "HASH_MD5", kMd5,
                R"("descriptors":{"data":[{"status":"SUSPICIOUS","tags":["b","a"]},)"
                R"({"status":"MALICIOUS","tags":{"data":[{"text":"c"}]}}]})"),
         update("2", "HASH_MD5", kMd5, R"("descriptors":[{"status":"NON_MALICIOUS"}])"),
         update("3", "HASH_MD5", kMd5,
                R"("descriptors":{"data":[{"status":"NON_MALICIOUS"},{"status":"MALICIOUS"}]})")}));
    ASSERT_TRUE(list) << list.error().message;
    EXPECT_EQ(line_of(list->hashes[0]), "md5 1 " + kMd5 + " [1 [a, b, c]] {MALICIOUS,SUSPICIOUS}");
    EXPECT_FALSE(list->hashes[0].marked);
    EXPECT_TRUE(list->hashes[1].marked);
    EXPECT_TRUE(list->hashes[2].marked);
    EXPECT_EQ(list->summary.marks,
              (std::vector<ListCount>{{"NON_MALICIOUS", 1}, {"NON_MALICIOUS to some", 1}}));
}

TEST(ThreatExchangeList, PdqHashesThatAreNoneAreCountedAnyOtherRefusesTheList) {
    const auto list = collect(page({update("1", "HASH_PDQ", kPdq), update("2", "HASH_PDQ", kMd5),
                                    update("3", "HASH_PDQ", std::string(64, '0'))}));
    ASSERT_TRUE(list) << list.error().message;
    EXPECT_EQ(list->hashes.size(), 1U);
    EXPECT_EQ(list->summary.skipped, (std::vector<ListCount>{{"HASH_PDQ that is no PDQ hash", 1}}));
    EXPECT_EQ(list->summary.degenerate_hashes, 1U);
    const Error error =
        error_of(collect(page({update("1", "HASH_PDQ", kPdq), update("2", "HASH_MD5", kPdq)})));
    EXPECT_EQ(error.code, Errc::malformed);
    EXPECT_TRUE(error.message.starts_with("update 2, byte ")) << error.message;
}

TEST(ThreatExchangeList, WhatIsNoPageIsRefused) {
    const auto* const format = hash_list_format_named("threatexchange");
    for (const std::string_view text :
         {R"({"data":5})", R"({"paging":{}})", R"({"data":[],"data":[]})", R"([{"type":"x"}])",
          R"([5])", R"([{"id":"1","should_delete":"no"}])", R"({"data":[]} x)", "x"}) {
        EXPECT_EQ(error_of(collect(text, format)).code, Errc::malformed) << text;
    }
}

} // namespace
} // namespace rempart::recognise
