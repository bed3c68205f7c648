// SPDX-License-Identifier: Apache-2.0
#include "examine/chat_reader/telegram_walk.hpp"

#include <cstdlib>

#include <nlohmann/json.hpp>

#include "examine/chat_reader/reading.hpp"

namespace rempart::examine::chat_reader {
namespace {

using nlohmann::json;

template <typename T>
json or_null(const std::optional<T>& value) {
    return value ? json(*value) : json();
}

std::string seconds_of(TimeValue time) {
    return time.kind == TimeKind::none ? "" : std::to_string(time.micros / 1'000'000);
}

// A message in the shape of expect.py.
json shown(const ChatMessage& message) {
    json files = json::array();
    for (const ChatAttachment& file : message.attachments) {
        files.push_back({{"path", file.path},
                         {"name", file.name},
                         {"mime", file.mime},
                         {"status", file.status},
                         {"role", file.role},
                         {"size", or_null(file.size_bytes)},
                         {"duration", or_null(file.duration_s)},
                         {"width", or_null(file.width)},
                         {"height", or_null(file.height)}});
    }
    json extra = json::array();
    if (!message.extra_json.empty()) {
        const json rest = json::parse(message.extra_json);
        for (const auto& [key, value] : rest.items()) {
            extra.push_back(key);
        }
    }
    const std::string local = seconds_of(message.sent.local);
    return {{"id", message.id},
            {"kind", message.kind},
            {"sender_id", message.sender_id},
            {"sender_name", message.sender_name},
            {"utc", seconds_of(message.sent.utc)},
            {"local", local.empty() ? "" : message.sent.raw + "|" + local},
            {"edited_utc", seconds_of(message.edited.utc)},
            {"body", message.body},
            {"reply_to", message.reply_to},
            {"forwarded_from", message.forwarded_from},
            {"via", message.via},
            {"action", message.service_action},
            {"members", message.members},
            {"attachments", files},
            {"extra", extra}};
}

json shown(const Told& told) {
    json all;
    all["conversations"] = json::array();
    for (const ChatConversation& conversation : told.conversations) {
        EXPECT_EQ(conversation.platform, "telegram");
        all["conversations"].push_back({{"id", conversation.id},
                                        {"kind", conversation.kind},
                                        {"title", conversation.title},
                                        {"messages", json::array()}});
    }
    all["places"] = json::array();
    for (std::size_t i = 0; i < told.messages.size(); ++i) {
        const ChatMessage& message = told.messages[i];
        EXPECT_EQ(message.ordinal, i);
        all["conversations"][told.conversation_of[i]]["messages"].push_back(shown(message));
        all["places"].push_back({message.raw.offset_bytes, message.raw.size_bytes});
    }
    all["accounts"] = json::array();
    for (const ChatAccount& account : told.accounts) {
        all["accounts"].push_back({account.id, account.name, account.is_owner});
    }
    all["repairs"] = told.end().repairs;
    return all;
}

class Fixtures : public testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(TelegramWalk, Fixtures, testing::Values("single", "account"));

TEST_P(Fixtures, HoldWhatPythonFindsInThem) {
    const std::string name = std::string("telegram_json_") + GetParam();
    json expected = json::parse(fixture(name + ".expected.json"));
    const json unread = expected["unread"];
    expected.erase("unread");
    for (const std::size_t window : {7U, 64U, 1000U, 1U << 20}) {
        const Told told = read_text(fixture(name + ".json"), {}, window);
        EXPECT_EQ(shown(told), expected) << window;
        EXPECT_EQ(told.found(), expected["places"].size());
        EXPECT_FALSE(told.end().truncated);
        for (const json& section : unread) {
            const std::string loss = "The account's " + section.get<std::string>() +
                                     " are in the export and are not read yet.";
            EXPECT_EQ(std::ranges::count(told.end().known_losses, loss), 1) << loss;
        }
    }
}

// The samples that other people made of old exports: no id, no chat type.
TEST(TelegramWalk, ReadsTheOldSamples) {
    const char* const given = std::getenv("REMPART_SHARED");
    const std::filesystem::path shared = given != nullptr ? given : kSourceDir / "../shared";
    if (!std::filesystem::exists(shared)) {
        GTEST_SKIP() << "no shared data beside the sources";
    }
    for (const char* const name : {"chatminer_single.json", "chatminer_batch.json"}) {
        std::ifstream file(shared / "samples/telegram" / name, std::ios::binary);
        const std::string text(std::istreambuf_iterator<char>(file), {});
        const Told told = read_text(text);
        ASSERT_EQ(told.messages.size(), 2U) << name;
        EXPECT_EQ(told.found(), 2U);
        EXPECT_EQ(told.messages[0].sender_name, "Author 1");
        EXPECT_EQ(told.messages[0].body, "Minimal Message");
        EXPECT_EQ(format_time(told.messages[0].sent.utc), "2018-12-05T10:39:10Z");
        EXPECT_EQ(told.messages[1].body, "Link:https://telegram.org/");
        ASSERT_EQ(told.conversations.size(), 1U);
        EXPECT_EQ(told.conversations[0].id, "unknown:#1");
    }
}

TEST(TelegramWalk, FindsTheChatsKeysBehindItsMessages) {
    const Told told = read_text(R"({"messages":[{"id":1,"type":"message"}],"name":"Chess","id":7,
                                    "type":"private_channel"})",
                                {}, 16);
    ASSERT_EQ(told.conversations.size(), 1U);
    EXPECT_EQ(told.conversations[0].id, "private_channel:7");
    EXPECT_EQ(told.conversations[0].title, "Chess");
    EXPECT_EQ(told.conversations[0].kind, "channel");
    EXPECT_EQ(told.found(), 1U);
}

TEST(TelegramWalk, ReadsChatsInAnyPartOfAnAccount) {
    const Told told = read_text(
        R"({"archived":{"list":[{"id":1,"type":"bot_chat","messages":[{"id":5,"type":"message"}]}]},
            "chats":[{"id":2,"type":"bot_chat","messages":[]}]})");
    ASSERT_EQ(told.conversations.size(), 2U);
    EXPECT_EQ(told.conversations[0].id, "bot_chat:1");
    EXPECT_EQ(told.conversations[1].id, "bot_chat:2");
    EXPECT_EQ(told.found(), 1U);
}

TEST(TelegramWalk, AnEmptyChatIsAConversation) {
    const Told told = read_text(one_chat(""));
    EXPECT_EQ(told.conversations.size(), 1U);
    EXPECT_EQ(told.found(), 0U);
    EXPECT_FALSE(told.end().truncated);
}

TEST(TelegramWalk, AcceptsAByteOrderMark) {
    EXPECT_EQ(read_text("\xEF\xBB\xBF" + one_chat(message_json(1, "\"text\": \"a\""))).found(), 1U);
}

TEST(TelegramWalk, RefusesOtherEncodingsByName) {
    std::string wide = "\xFF\xFE";
    for (const char c : one_chat("")) {
        wide += c;
        wide += '\0';
    }
    EXPECT_EQ(error_of(read_text(wide).result).code, Errc::unsupported);
    EXPECT_EQ(error_of(read_text(wide.substr(2)).result).code, Errc::unsupported);
}

TEST(TelegramWalk, RefusesWhatIsNoExport) {
    for (const char* const text : {"[1,2]", "hello", "{\"name\":\"rempart\",\"version\":\"1\"}",
                                   "{\"value\":[{\"Category\":1}]}", "{}"}) {
        EXPECT_EQ(error_of(read_text(text).result).code, Errc::malformed) << text;
    }
}

TEST(TelegramWalk, NamesEachAccountOnce) {
    const std::string from = R"("from": "Inès", "from_id": "user5")";
    const Told told =
        read_text(one_chat(message_json(1, from) + ",\n" + message_json(2, from) + ",\n" +
                           message_json(3, R"("from": "I.", "from_id": "user5")")));
    ASSERT_EQ(told.accounts.size(), 2U);
    EXPECT_EQ(told.accounts[1].name, "I.");
}

TEST(TelegramWalk, StatesItsLosses) {
    EXPECT_GE(read_text(one_chat("")).end().known_losses.size(), 5U);
}

// A sink that stops is obeyed at once, with its own words.
struct FullSink : ChatSink {
    Result<void> put(const ChatEvent&) override { return fail(Errc::io, "no room"); }
};

TEST(TelegramWalk, StopsWhenTheSinkDoes) {
    FullSink sink;
    const UniqueFd file = file_of(one_chat(message_json(1, "\"text\": \"a\"")));
    const auto read = read_telegram({.descriptor = file.get(), .limits = {}, .alive = {}}, sink);
    EXPECT_EQ(error_of(read), (Error{Errc::io, "no room"}));
}

// A message that the sink cannot take is rejected, and the next one is read.
struct SmallSink : Told {
    Result<void> put(const ChatEvent& event) override {
        const auto* message = std::get_if<ChatMessage>(&event);
        if (message != nullptr && message->body.size() > 10) {
            return fail(Errc::limit_exceeded, "too large");
        }
        return Told::put(event);
    }
};

TEST(TelegramWalk, AMessageTooLargeToTellIsRejected) {
    SmallSink told;
    const UniqueFd file = file_of(one_chat(message_json(1, R"("text": "far too large a text")") +
                                           ",\n" + message_json(2, R"("text": "b")")));
    told.result = read_telegram({.descriptor = file.get(), .limits = {}, .alive = {}}, told);
    ASSERT_EQ(told.found(), 2U);
    EXPECT_EQ(told.messages.at(0).id, "2");
    EXPECT_EQ(told.messages.at(0).ordinal, 1U);
    EXPECT_EQ(told.rejects.at(0).why.code, Errc::limit_exceeded);
}

} // namespace
} // namespace rempart::examine::chat_reader
