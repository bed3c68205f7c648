// SPDX-License-Identifier: Apache-2.0
#include "examine/chat_reader/json_repair.hpp"

#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace rempart::examine::chat_reader {
namespace {

struct Case {
    std::string_view broken, mended;
    std::uint64_t repairs;
};

void expect_mended(const Case& c) {
    const Repaired repaired = repair_json(c.broken);
    EXPECT_EQ(repaired.text, c.mended);
    EXPECT_EQ(repaired.repairs, c.repairs) << c.broken;
    EXPECT_TRUE(nlohmann::json::accept(repaired.text)) << repaired.text;
}

TEST(JsonRepair, MakesTheExportersControlEscapesValid) {
    expect_mended({R"({"a":"x\x0Cy\x1f"})", R"({"a":"x\u000cy\u001f"})", 2});
}

TEST(JsonRepair, LeavesAnEvenNumberOfBackslashesAlone) {
    expect_mended({R"({"a":"\\x0C"})", R"({"a":"\\x0C"})", 0});
    expect_mended({R"({"a":"\\\x0C"})", R"({"a":"\\\u000c"})", 1});
    expect_mended({R"({"a\x01":1})", R"({"a\u0001":1})", 1});
}

TEST(JsonRepair, KeepsUnknownEscapesAsCharacters) {
    expect_mended({R"({"a":"\q \xZ1 \u12"})", R"({"a":"\\q \\xZ1 \\u12"})", 3});
}

TEST(JsonRepair, EscapesRawControlBytes) {
    using namespace std::string_view_literals;
    expect_mended({"{\"a\":\"\0\t\x1f\"}"sv, R"({"a":"\u0000\u0009\u001f"})", 3});
}

TEST(JsonRepair, ShowsBytesThatAreNoUtf8) {
    expect_mended({"{\"a\":\"\xC3\xA9\xFF\xC3\"}", "{\"a\":\"\xC3\xA9\\\\xff\\\\xc3\"}", 2});
    expect_mended({"{\"a\":\"\xED\xA0\x80\"}", R"({"a":"\\xed\\xa0\\x80"})", 3});
}

TEST(JsonRepair, ReplacesHalvesOfSurrogatePairs) {
    expect_mended(
        {R"({"a":"\ud83d \ude00 \ud83d\ude00"})", R"({"a":"\ufffd \ufffd \ud83d\ude00"})", 2});
    expect_mended({R"({"a":"\ud83d\ud83d\ude00"})", R"({"a":"\ufffd\ud83d\ude00"})", 1});
}

TEST(JsonRepair, QuotesABareDocumentId) {
    expect_mended({"{\"document_id\": video_files/a b.webm\n}",
                   "{\"document_id\": \"video_files/a b.webm\"\n}", 1});
    expect_mended({"{\"document_id\": stickers/1.webp,\n\"b\": 2}",
                   "{\"document_id\": \"stickers/1.webp\",\n\"b\": 2}", 1});
    expect_mended({"{\"document_id\": \"x\"}", "{\"document_id\": \"x\"}", 0});
    expect_mended({"{\"document_id\": 12,\n\"b\":null}", "{\"document_id\": 12,\n\"b\":null}", 0});
    expect_mended({"{\"a\": \"document_id\"}", "{\"a\": \"document_id\"}", 0});
}

TEST(JsonRepair, QuotesNumbersThatFitNowhere) {
    expect_mended({R"([99999999999999999999, 9223372036854775807, -9223372036854775808])",
                   R"(["99999999999999999999", 9223372036854775807, -9223372036854775808])", 1});
    expect_mended({R"({"a":1e999,"b":1.5e3})", R"({"a":"1e999","b":1.5e3})", 1});
}

TEST(JsonRepair, DoesNotTakeBrokenTextForWhole) {
    EXPECT_EQ(repair_json(R"({"a":"\)").text, R"({"a":"\)");
    EXPECT_EQ(repair_json(R"({"a":"\x0)").repairs, 1U);
    EXPECT_EQ(repair_json("").text, "");
}

} // namespace
} // namespace rempart::examine::chat_reader
