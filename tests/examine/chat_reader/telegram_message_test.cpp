// SPDX-License-Identifier: Apache-2.0
#include "examine/chat_reader/telegram_message.hpp"

#include <gtest/gtest.h>

#include "support/result.hpp"

namespace rempart::examine::chat_reader {
namespace {

TelegramMessage read(std::string_view json) {
    JsonDocument document(64);
    const auto parsed = document.parse(json);
    EXPECT_TRUE(parsed) << parsed.error().message;
    auto message = read_telegram_message(document);
    EXPECT_TRUE(message) << message.error().message;
    return message ? std::move(*message) : TelegramMessage{};
}

TEST(TelegramMessage, KeepsIdsThatADoubleWouldRound) {
    EXPECT_EQ(read(R"({"id":9007199254740993,"type":"message"})").message.id, "9007199254740993");
    EXPECT_EQ(read(R"({"id":-999999998,"type":"message"})").message.id, "-999999998");
}

TEST(TelegramMessage, NumbersOfOldPeersBecomeUsersOnlyInTheRangesOfUsers) {
    const auto sender = [](std::string_view id) {
        return read(R"({"id":1,"from_id":)" + std::string(id) + "}").message.sender_id;
    };
    EXPECT_EQ(sender("700100200"), "user700100200");
    EXPECT_EQ(sender("4294967297"), "user1");
    EXPECT_EQ(sender("8589934591"), "user4294967295");
    EXPECT_EQ(sender("8589934592"), "8589934592");
    EXPECT_EQ(sender("-5"), "-5");
    EXPECT_EQ(sender("\"channel5\""), "channel5");
}

TEST(TelegramMessage, PrefersTheUnixTimeAndKeepsTheClockOfTheExporter) {
    const ChatTime sent =
        read(R"({"id":1,"date":"2022-05-01T10:00:00","date_unixtime":"1651392000"})").message.sent;
    EXPECT_EQ(format_time(sent.utc), "2022-05-01T08:00:00Z");
    EXPECT_EQ(format_time(sent.local), "2022-05-01T10:00:00");
    EXPECT_EQ(sent.raw, "2022-05-01T10:00:00");
}

TEST(TelegramMessage, WithoutUnixTimeTheZoneIsUnknown) {
    const ChatTime sent = read(R"({"id":1,"date":"2019-05-01T10:00:00"})").message.sent;
    EXPECT_EQ(sent.utc, TimeValue{});
    EXPECT_EQ(sent.local.kind, TimeKind::local_unknown);
}

TEST(TelegramMessage, AnImpossibleTimeIsNoneAndIsKeptAsWritten) {
    const ChatMessage message =
        read(R"({"id":1,"date":"2022-02-30T10:00:00","date_unixtime":"99999999999999"})").message;
    EXPECT_EQ(message.sent.utc, TimeValue{});
    EXPECT_EQ(message.sent.local, TimeValue{});
    EXPECT_EQ(message.sent.raw, "2022-02-30T10:00:00");
    EXPECT_EQ(message.extra_json, R"({"date_unixtime":"99999999999999"})");
}

TEST(TelegramMessage, JoinsTheTextFromEitherForm) {
    EXPECT_EQ(read(R"({"id":1,"text":"plain"})").message.body, "plain");
    EXPECT_EQ(read(R"({"id":1,"text":["a ",{"type":"plain","text":"b"}," c"]})").message.body,
              "a b c");
    const ChatMessage both =
        read(R"({"id":1,"text":"ab","text_entities":[{"type":"plain","text":"ab"}]})").message;
    EXPECT_EQ(both.body, "ab");
    EXPECT_EQ(both.extra_json, "");
}

TEST(TelegramMessage, AStyledTextStaysInTheRest) {
    const ChatMessage message = read(R"({"id":1,"text":[{"type":"link","text":"u"}]})").message;
    EXPECT_EQ(message.body, "u");
    EXPECT_EQ(message.extra_json, R"({"text":[{"type":"link","text":"u"}]})");
}

TEST(TelegramMessage, TextAndPartsThatDifferAreBothKept) {
    const ChatMessage message =
        read(R"({"id":1,"text":"other","text_entities":[{"type":"plain","text":"ab"}]})").message;
    EXPECT_EQ(message.body, "ab");
    EXPECT_EQ(message.extra_json, R"({"text":"other"})");
}

TEST(TelegramMessage, OfADuplicateKeyTheFirstThatSaysSomethingCounts) {
    EXPECT_EQ(read(R"({"id":1,"text":"","text":"b"})").message.body, "b");
    const ChatMessage both = read(R"({"id":1,"text":"a","text":"b"})").message;
    EXPECT_EQ(both.body, "a");
    EXPECT_EQ(both.extra_json, R"({"text":"b"})");
    EXPECT_EQ(read(R"({"id":1,"text":"a","text":""})").message.extra_json, "");
}

TEST(TelegramMessage, ATypeThatDoesNotFitStaysInTheRest) {
    const ChatMessage message =
        read(R"({"id":true,"type":"note","text":5,"members":[1],"width":-1,"file":7})").message;
    EXPECT_EQ(message.kind, "text");
    EXPECT_EQ(message.extra_json,
              R"({"id":true, "type":"note", "text":5, "members":[1], "width":-1, "file":7})");
}

TEST(TelegramMessage, ReasonsInPlaceOfAFileAreNoPath) {
    const auto status = [](std::string_view path) {
        const auto files =
            read(R"({"id":1,"photo":")" + std::string(path) + "\"}").message.attachments;
        return files.size() == 1 ? files[0].status + "|" + files[0].path : "none";
    };
    EXPECT_EQ(status("(File unavailable, please try again later)"), "unavailable|");
    EXPECT_EQ(status("(File exceeds maximum size. Change data exporting settings to download.)"),
              "too_big|");
    EXPECT_EQ(status("(Photo not included. Change data exporting settings to download.)"),
              "excluded|");
    EXPECT_EQ(status("(some new sentence)"), "unavailable|");
    EXPECT_EQ(status("(draft) photo.jpg"), "claimed|(draft) photo.jpg");
    EXPECT_EQ(status("photos/a.jpg"), "claimed|photos/a.jpg");
}

TEST(TelegramMessage, ACallIsTold) {
    EXPECT_EQ(read(R"({"id":1,"type":"service","action":"phone_call"})").message.kind, "call");
    EXPECT_EQ(read(R"({"id":1,"type":"service","action":"new_action"})").message.kind, "service");
    EXPECT_EQ(read(R"({"id":1,"type":"unsupported"})").message.kind, "unsupported");
}

TEST(TelegramMessage, NulDoesNotReachTheText) {
    EXPECT_EQ(read("{\"id\":1,\"text\":\"a\\u0000b\"}").message.body, "a\\x00b");
}

TEST(TelegramMessage, TheRestIsBounded) {
    const std::string big(60'000, 'x');
    const ChatMessage message =
        read("{\"id\":1,\"a\":\"" + big + "\",\"b\":\"" + big + "\",\"c\":1}").message;
    EXPECT_LT(message.extra_json.size(), 66'000U);
    EXPECT_NE(message.extra_json.find(", \"c\":1, \"rempart_left_out\": 1}"), std::string::npos);
}

TEST(TelegramMessage, AnObjectWithoutAnyOfItsKeysIsNoMessage) {
    JsonDocument document(64);
    ASSERT_TRUE(document.parse(R"({"foo":1})"));
    EXPECT_EQ(error_of(read_telegram_message(document)).code, Errc::malformed);
}

} // namespace
} // namespace rempart::examine::chat_reader
