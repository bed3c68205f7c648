// SPDX-License-Identifier: Apache-2.0
// What is left of a damaged export: each record is counted once, and damage costs what it hits.
#include <algorithm>
#include <random>
#include <set>

#include <nlohmann/json.hpp>

#include "examine/chat_protocol.hpp"
#include "examine/chat_reader/reading.hpp"

namespace rempart::examine::chat_reader {
namespace {

// Builds with sanitizers are some twenty times slower: they try one in so many.
#ifdef NDEBUG
constexpr int kSparse = 1;
#else
constexpr int kSparse = 10;
#endif

struct Place {
    std::uint64_t offset = 0, size = 0;
};

// Where the messages of a fixture lie, by expect.py.
std::vector<Place> places(std::string_view name) {
    std::vector<Place> found;
    const auto expected =
        nlohmann::json::parse(fixture("telegram_json_" + std::string(name) + ".expected.json"));
    for (const auto& place : expected["places"]) {
        found.push_back({place[0].get<std::uint64_t>(), place[1].get<std::uint64_t>()});
    }
    return found;
}

Bytes encoded(const ChatMessage& message) {
    WireWriter out;
    encode_chat_record(out, ChatEvent(message));
    return out.take();
}

class Damage : public testing::TestWithParam<const char*> {
  protected:
    const std::string text_ = fixture(std::string("telegram_json_") + GetParam() + ".json");
    const std::vector<Place> places_ = places(GetParam());
};
INSTANTIATE_TEST_SUITE_P(Telegram, Damage, testing::Values("single", "account"));

TEST_P(Damage, EveryTruncationIsToldAndEveryRecordBeforeItIsCounted) {
    const std::size_t whole = text_.find_last_of('}') + 1;
    const std::size_t step = kSparse == 1 ? 1 : text_.size() / 300;
    for (std::size_t size = 0; size < text_.size(); size += step) {
        const Told told = read_text(text_.substr(0, size));
        const auto begun = std::ranges::count_if(places_, [&](Place p) { return p.offset < size; });
        const auto complete =
            std::ranges::count_if(places_, [&](Place p) { return p.offset + p.size <= size; });
        ASSERT_EQ(told.found(), static_cast<std::uint64_t>(begun)) << size;
        ASSERT_EQ(told.messages.size(), static_cast<std::size_t>(complete)) << size;
        ASSERT_EQ(told.end().truncated, size < whole) << size;
        for (const ChatReject& reject : told.rejects) {
            ASSERT_EQ(reject.why.code, Errc::truncated);
            ASSERT_EQ(reject.raw.offset_bytes + reject.raw.size_bytes, size);
        }
    }
}

// One wrong byte costs the message that it lies in, and no other. Outside of messages it may cost
// the chat its name, but no message.
TEST_P(Damage, AFlippedByteCostsAtMostTheMessageThatItHits) {
    const Told sound = read_text(text_);
    std::mt19937 random(20'261'123); // fixed: the same flips at every run
    for (int round = 0; round < 2'000 / kSparse; ++round) {
        std::string text = text_;
        const std::size_t at = random() % text.size();
        text[at] = static_cast<char>(static_cast<unsigned char>(text[at]) ^ (1U << (random() % 8)));
        const Told told = read_text(text);
        if (!told.result) { // the first bytes: no JSON object any more
            ASSERT_LT(at, 4U);
            continue;
        }
        ASSERT_GE(told.found(), sound.messages.size()) << at;
        std::set<std::uint64_t> read;
        for (const ChatMessage& message : told.messages) {
            read.insert(message.raw.offset_bytes);
        }
        for (const Place place : places_) {
            const bool hit = at >= place.offset && at < place.offset + place.size;
            ASSERT_TRUE(hit || read.contains(place.offset))
                << "flip at " << at << " lost " << place.offset;
        }
    }
}

TEST_P(Damage, AMessageThatIsReadInADamagedFileIsReadAsInTheSoundOne) {
    const Told sound = read_text(text_);
    std::mt19937 random(7);
    for (int round = 0; round < 500 / kSparse; ++round) {
        std::string text = text_;
        const std::size_t at = random() % text.size();
        text[at] = static_cast<char>(random());
        for (ChatMessage message : read_text(text).messages) {
            const auto same = std::ranges::find(sound.messages, message.raw,
                                                [](const ChatMessage& other) { return other.raw; });
            const bool hit = at >= message.raw.offset_bytes &&
                             at < message.raw.offset_bytes + message.raw.size_bytes;
            if (!hit) {
                ASSERT_NE(same, sound.messages.end());
                message.ordinal = same->ordinal;
                ASSERT_EQ(encoded(message), encoded(*same));
            }
        }
    }
}

TEST_P(Damage, AHoleInTheFileLosesOnlyWhatLayInIt) {
    std::mt19937 random(99);
    for (int round = 0; round < 500 / kSparse; ++round) {
        const std::size_t begin = 10 + random() % (text_.size() - 10);
        const std::size_t size = std::min<std::size_t>(random() % 2'000, text_.size() - begin);
        std::string text = text_;
        std::fill_n(text.begin() + static_cast<std::ptrdiff_t>(begin), size, '\0');
        const Told told = read_text(text);
        static_cast<void>(told.found());
        for (const Place place : places_) {
            const bool hit = place.offset < begin + size && begin < place.offset + place.size;
            const bool read = std::ranges::any_of(told.messages, [&](const ChatMessage& message) {
                return message.raw.offset_bytes == place.offset;
            });
            ASSERT_TRUE(hit || read) << begin << "+" << size << " lost " << place.offset;
        }
    }
}

std::string text_message(int id, std::string_view text) {
    return message_json(id, "\"text\": \"" + std::string(text) + "\"");
}

TEST(TelegramDamage, TheNextChatIsNotTakenForThisOne) {
    std::string text = fixture("telegram_json_account.json");
    const std::size_t news = text.find("1. e4 e5"); // in the last message of the first chat
    text[news - 1] = '_';                           // its opening quote
    const Told told = read_text(text);
    ASSERT_EQ(told.rejects.size(), 1U);
    ASSERT_EQ(told.conversations.size(), 4U);
    EXPECT_EQ(told.conversations[1].id, "saved_messages:700100200");
    EXPECT_EQ(told.conversations[2].title, "Recettes {et} \"secrets\" \x01");
    ASSERT_EQ(told.messages.size(), 5U);
    EXPECT_EQ(told.messages[3].id, "110");
    EXPECT_EQ(told.conversation_of[3], 1U);
    EXPECT_EQ(told.found(), 6U);
    // The last chat's keys stand behind its messages, where a damaged file is not searched.
    EXPECT_TRUE(told.conversations[3].id.starts_with("unknown:@")) << told.conversations[3].id;
}

// The end of message 1 and the beginning of a list of parts are lost together: valid JSON again.
TEST(TelegramDamage, AMessageSwallowedByAnotherIsFound) {
    const Told told =
        read_text(one_chat("{\"id\": 1, \"type\": \"message\", \"x\": [{\"y\": \"z\"},\n" +
                           text_message(2, "a") + "]}"));
    ASSERT_EQ(told.messages.size(), 1U);
    EXPECT_EQ(told.messages[0].id, "2");
    EXPECT_EQ(told.found(), 3U); // and the brackets that are left over at the end
}

TEST(TelegramDamage, AMessageInASkippedPartIsFound) {
    const Told told = read_text("{\"chats\": {}, \"contacts\": {\"list\": [{\"a\": 1},\n" +
                                text_message(2, "a") + "]}}");
    EXPECT_EQ(told.messages.size(), 1U);
    EXPECT_EQ(told.rejects.size(), 1U);
}

TEST(TelegramDamage, AMessageAmongChatsIsFound) {
    const Told told = read_text("{\"chats\": {\"list\": [{\"id\": 1, \"messages\": []}, " +
                                text_message(2, "a") + "]}}");
    EXPECT_EQ(told.messages.size(), 1U);
    EXPECT_EQ(told.rejects.size(), 1U);
    EXPECT_TRUE(told.conversations.back().id.starts_with("unknown:@"));
}

TEST(TelegramDamage, ABombOfDepthIsOneReject) {
    const std::string bomb = std::string(200'000, '[') + std::string(200'000, ']');
    const Told told =
        read_text(one_chat(message_json(1, "\"x\": " + bomb) + ",\n" + text_message(2, "a")));
    EXPECT_EQ(told.found(), 2U);
    ASSERT_EQ(told.messages.size(), 1U);
    EXPECT_EQ(told.rejects.at(0).why.code, Errc::limit_exceeded);
}

TEST(TelegramDamage, AnOpenBombOfDepthDoesNotHideTheNextMessage) {
    const Told told =
        read_text(one_chat(message_json(1, "\"x\": " + std::string(200'000, '[')) + ",\n" +
                           text_message(2, "a") + ",\n" + text_message(3, "b")));
    EXPECT_EQ(told.messages.size(), 2U);
    EXPECT_EQ(told.found(), 3U);
}

TEST(TelegramDamage, AnObjectTooLargeIsRejectedWithoutBeingHeld) {
    const ChatLimits limits{.max_record_bytes = 4096, .max_depth = 64};
    const Told told = read_text(
        one_chat(text_message(1, std::string(1'000'000, 'x')) + ",\n" + text_message(2, "a")),
        limits);
    EXPECT_EQ(told.found(), 2U);
    EXPECT_EQ(told.messages.at(0).id, "2");
    EXPECT_EQ(told.rejects.at(0).why.code, Errc::limit_exceeded);
    EXPECT_GT(told.rejects.at(0).raw.size_bytes, 1'000'000U);
}

TEST(TelegramDamage, BadBytesInTextAreRepairsAndNotRejects) {
    using namespace std::string_view_literals;
    const Told told = read_text(one_chat(text_message(1, "a\0b"sv) + ",\n" +
                                         text_message(2, "\xFF"
                                                         "c") +
                                         ",\n" + text_message(3, "\\ud83d") + ",\n" +
                                         message_json(4, "\"views\": 99999999999999999999999")));
    ASSERT_EQ(told.messages.size(), 4U);
    EXPECT_EQ(told.end().repairs, 4U);
    EXPECT_EQ(told.messages[0].body, "a\\x00b");
    EXPECT_EQ(told.messages[1].body, "\\xffc");
    EXPECT_EQ(told.messages[2].body, "\xEF\xBF\xBD");
    EXPECT_EQ(told.messages[3].extra_json, R"({"views": "99999999999999999999999"})");
}

TEST(TelegramDamage, ElementsThatAreNoMessagesAreRejected) {
    const Told told =
        read_text(one_chat("null, 5, \"x\", [1], {\"foo\": 1}, {}, " + text_message(1, "a")));
    EXPECT_EQ(told.rejects.size(), 6U);
    EXPECT_EQ(told.found(), 7U);
}

TEST(TelegramDamage, AListUnderADamagedNameIsStillRead) {
    std::string text = one_chat(text_message(1, "a"));
    text.replace(text.find("\"messages\""), 10, "\"messagfs\"");
    const Told told = read_text(text);
    EXPECT_EQ(told.messages.size(), 1U);
    EXPECT_EQ(told.end().repairs, 1U);
    EXPECT_EQ(told.conversations.at(0).id, "private_group:42");
}

TEST(TelegramDamage, BytesBehindTheEndAreNotPassedOver) {
    const Told told = read_text(one_chat(text_message(1, "a")) + one_chat(text_message(2, "b")));
    EXPECT_EQ(told.messages.size(), 2U);
    EXPECT_EQ(told.conversations.size(), 2U);
    EXPECT_EQ(told.rejects.size(), 1U);
    EXPECT_EQ(std::ranges::count_if(told.end().known_losses,
                                    [](const std::string& loss) {
                                        return loss.starts_with(
                                            "The structure of this file is damaged");
                                    }),
              1);
}

// Each message opens brackets that never close: every look for an end would read to the end of the
// file. The second looks are bounded, so this takes moments, not hours; what was not looked at
// again is one reject.
TEST(TelegramDamage, HostileBracketsDoNotMakeTheWalkQuadratic) {
    std::string messages;
    const std::string open(70, '[');
    for (int id = 0; id < 40'000 / kSparse; ++id) {
        messages += "{\"id\":" + std::to_string(id) + ",\"type\":\"message\",\"a\":" + open;
    }
    const Told told = read_text(one_chat(messages), {}, 1 << 16);
    EXPECT_TRUE(told.end().truncated);
    EXPECT_GT(told.found(), 1U);
    EXPECT_EQ(told.messages.size(), 0U);
}

TEST(TelegramDamage, ManyListsWithoutKeysAreNotLookedAheadFromEach) {
    std::string text = "{";
    for (int i = 0; i < 20'000 / kSparse; ++i) {
        text += "\"messages\":[],";
    }
    const Told told = read_text(text + "\"name\":\"x\"}");
    EXPECT_EQ(told.conversations.size(), 1U);
    EXPECT_EQ(told.conversations.at(0).title, "x");
}

} // namespace
} // namespace rempart::examine::chat_reader
