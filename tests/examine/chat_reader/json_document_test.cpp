// SPDX-License-Identifier: Apache-2.0
#include "examine/chat_reader/json_document.hpp"

#include <gtest/gtest.h>

#include "support/result.hpp"

namespace rempart::examine::chat_reader {
namespace {

TEST(JsonDocument, HoldsEveryTypeInOrder) {
    JsonDocument document(64);
    ASSERT_TRUE(document.parse(
        R"({"n":null,"b":true,"i":-9223372036854775808,"r":1.5,"t":"é","a":[1,[2]],"o":{"k":3}})"));
    const auto members = document.children(document.root());
    ASSERT_EQ(members.size(), 7U);
    EXPECT_EQ(members[0].type, JsonType::null);
    EXPECT_TRUE(members[1].boolean);
    EXPECT_EQ(members[2].integer, INT64_MIN);
    EXPECT_DOUBLE_EQ(members[3].real, 1.5);
    EXPECT_EQ(members[4].text, "é");
    ASSERT_EQ(document.children(members[5]).size(), 2U);
    EXPECT_EQ(document.children(document.children(members[5])[1])[0].integer, 2);
    EXPECT_EQ(document.children(members[6])[0].key, "k");
    EXPECT_EQ(document.children(members[6])[0].integer, 3);
}

TEST(JsonDocument, KeepsDuplicateKeys) {
    JsonDocument document(64);
    ASSERT_TRUE(document.parse(R"({"a":1,"a":2})"));
    EXPECT_EQ(document.children(document.root()).size(), 2U);
}

TEST(JsonDocument, GivesMembersAsWritten) {
    JsonDocument document(64);
    ASSERT_TRUE(document.parse("{ \"a\" : [1, \"]\\\"\" ] ,\n\"b\":{\"c\": {}},\"d\":-1.50 }"));
    EXPECT_EQ(document.written(0), "\"a\" : [1, \"]\\\"\" ]");
    EXPECT_EQ(document.written(1), "\"b\":{\"c\": {}}");
    EXPECT_EQ(document.written(2), "\"d\":-1.50");
}

TEST(JsonDocument, CountsRepairsOnlyWhereTheyWereNeeded) {
    JsonDocument document(64);
    EXPECT_EQ(*document.parse(R"({"a":"x"})"), 0U);
    EXPECT_EQ(*document.parse(R"({"a":"\x0C"})"), 1U);
    EXPECT_EQ(document.children(document.root())[0].text, "\f");
}

TEST(JsonDocument, RefusesWhatIsNoObject) {
    JsonDocument document(64);
    EXPECT_EQ(error_of(document.parse("[1]")).code, Errc::malformed);
    EXPECT_EQ(error_of(document.parse("{\"a\":}")).code, Errc::malformed);
    EXPECT_EQ(error_of(document.parse("{\"a\":1} x")).code, Errc::malformed);
    EXPECT_EQ(error_of(document.parse("")).code, Errc::malformed);
    EXPECT_TRUE(document.parse("{}"));
    EXPECT_TRUE(document.root().empty());
}

TEST(JsonDocument, BoundsTheDepthAlsoBehindALargeObject) {
    JsonDocument document(16);
    const std::string large = R"({"a":")" + std::string(1 << 20, 'x') + "\"}";
    ASSERT_TRUE(document.parse(large));
    const std::string deep = "{\"a\":" + std::string(20, '[') + std::string(20, ']') + "}";
    EXPECT_EQ(error_of(document.parse(deep)).code, Errc::limit_exceeded);
}

} // namespace
} // namespace rempart::examine::chat_reader
