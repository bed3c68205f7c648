// SPDX-License-Identifier: Apache-2.0
#include "examine/chat_protocol.hpp"

#include <gtest/gtest.h>

#include "support/result.hpp"

namespace rempart::examine {
namespace {

ChatMessage full_message() {
    ChatMessage message;
    message.id = "-5";
    message.ordinal = 3;
    message.kind = "media";
    message.sender_id = "user1";
    message.sender_name = "Inès";
    message.sent = {"2022-05-01T10:00:00",
                    TimeValue::utc(1'651'392'000),
                    {TimeKind::local_unknown, 1'651'399'200'000'000}};
    message.body = "tomates";
    message.members = {"a", ""};
    message.attachments.push_back({.path = "photos/a.jpg",
                                   .name = "a",
                                   .mime = "image/jpeg",
                                   .status = "claimed",
                                   .role = "photo",
                                   .size_bytes = 5,
                                   .duration_s = 1.5,
                                   .width = 7,
                                   .height = {}});
    message.extra_json = "{\"a\":1}";
    message.raw = {100, 20};
    return message;
}

std::vector<ChatRecord> one_of_each() {
    return {ChatEvent(ChatAccount{"telegram", "user1", "Inès", true}),
            ChatEvent(ChatConversation{"telegram", "private_group:1", "group", "Chess"}),
            ChatEvent(full_message()),
            ChatEvent(ChatReject{{120, 5}, {Errc::malformed, "not an object"}}),
            ChatAlive{},
            ChatEvent(ChatEnd{1, 1, 0, 2, true, {"loss"}, "4"}),
            Error{Errc::io, "read failed"}};
}

Bytes encoded(const std::vector<ChatRecord>& records) {
    WireWriter out;
    for (const ChatRecord& record : records) {
        encode_chat_record(out, record);
    }
    return out.take();
}

TEST(ChatProtocol, EveryRecordComesBackAsItWasSent) {
    const Bytes sent = encoded(one_of_each());
    const auto records = decode_chat_answer(sent);
    ASSERT_TRUE(records) << records.error().message;
    ASSERT_EQ(records->size(), 7U);
    EXPECT_EQ(encoded(*records), sent);
    const auto& message = std::get<ChatMessage>(std::get<ChatEvent>((*records)[2]));
    EXPECT_EQ(message.sender_name, "Inès");
    EXPECT_EQ(message.attachments.at(0).duration_s, 1.5);
    EXPECT_EQ(message.attachments.at(0).height, std::nullopt);
    EXPECT_EQ(message.members.size(), 2U);
}

TEST(ChatProtocol, TheRequestComesBackAsItWasSent) {
    const Bytes sent = encode_chat_request({"telegram_json", {1000, 7}, 4096});
    const auto request = decode_chat_request(sent);
    ASSERT_TRUE(request);
    EXPECT_EQ(encode_chat_request(*request), sent);
    EXPECT_EQ(request->limits.max_depth, 7U);
    for (std::size_t size = 0; size < sent.size(); ++size) {
        EXPECT_FALSE(decode_chat_request(ByteView(sent).first(size)));
    }
}

TEST(ChatProtocol, ACutAnswerIsRefusedUnlessTheCutIsBetweenRecords) {
    const Bytes sent = encoded(one_of_each());
    std::size_t accepted = 0;
    for (std::size_t size = 0; size < sent.size(); ++size) {
        accepted += decode_chat_answer(ByteView(sent).first(size)) ? 1U : 0U;
    }
    EXPECT_EQ(accepted, 6U); // behind each record but the last
}

// Whatever one wrong byte makes of an answer, it is refused or it is a valid answer.
TEST(ChatProtocol, EveryFlippedBitIsRefusedOrStaysAValidAnswer) {
    const Bytes sent = encoded(one_of_each());
    for (std::size_t bit = 0; bit < sent.size() * 8; ++bit) {
        Bytes answer = sent;
        answer[bit / 8] ^= std::byte{1} << (bit % 8);
        const auto records = decode_chat_answer(answer);
        if (records) {
            ASSERT_TRUE(decode_chat_answer(encoded(*records)));
        }
    }
}

template <typename Change>
bool accepts(const Change& change) {
    ChatMessage message = full_message();
    change(message);
    return decode_chat_answer(encoded({ChatEvent(message)})).has_value();
}

TEST(ChatProtocol, ValuesOutsideTheirRangeAreRefused) {
    EXPECT_TRUE(accepts([](ChatMessage&) {}));
    EXPECT_FALSE(accepts([](ChatMessage& m) { m.body = std::string("a\0b", 3); }));
    EXPECT_FALSE(accepts([](ChatMessage& m) { m.body = "\xFF"; }));
    EXPECT_FALSE(accepts([](ChatMessage& m) { m.sent.utc.kind = TimeKind::local_unknown; }));
    EXPECT_FALSE(accepts([](ChatMessage& m) { m.sent.local.kind = TimeKind::utc; }));
    EXPECT_FALSE(accepts([](ChatMessage& m) { m.sent.utc.micros = INT64_MAX; }));
    EXPECT_FALSE(accepts([](ChatMessage& m) { m.attachments[0].duration_s = -1; }));
    EXPECT_FALSE(accepts([](ChatMessage& m) { m.attachments[0].duration_s = 1.0 / 0.0; }));
}

TEST(ChatProtocol, ACountBeyondTheMessageTakesNoMemory) {
    WireWriter out;
    encode_chat_record(out, ChatEvent(ChatEnd{}));
    Bytes answer = out.take();
    const std::size_t losses_at = 1 + 4 * 8 + 1;
    std::fill_n(answer.begin() + static_cast<std::ptrdiff_t>(losses_at), 4, std::byte{0xFF});
    EXPECT_EQ(error_of(decode_chat_answer(answer)).code, Errc::bad_answer);
}

Result<void> in_order(const std::vector<ChatRecord>& records, std::uint64_t file_bytes = 1000) {
    ChatOrder order(file_bytes);
    for (const ChatRecord& record : records) {
        if (auto accepted = order.accept(record); !accepted) {
            return accepted;
        }
    }
    return {};
}

TEST(ChatOrder, AcceptsASoundStream) {
    auto records = one_of_each();
    records.pop_back();
    EXPECT_TRUE(in_order(records));
}

TEST(ChatOrder, RefusesAStreamThatContradictsItself) {
    const ChatEvent conversation = ChatConversation{"telegram", "a:1", "dm", ""};
    const ChatEvent message = full_message();
    EXPECT_EQ(error_of(in_order({message})).code, Errc::bad_answer); // no conversation
    EXPECT_FALSE(in_order({conversation, message, message}));        // the same ordinal again
    EXPECT_FALSE(in_order({conversation, message}, 119));            // beyond the file
    EXPECT_FALSE(in_order({conversation, message, ChatEvent(ChatEnd{})}));
    EXPECT_FALSE(in_order({ChatEvent(ChatEnd{}), ChatEvent(ChatEnd{})}));
    EXPECT_FALSE(in_order({ChatEvent(ChatReject{{UINT64_MAX, 2}, {}})}));
    EXPECT_FALSE(in_order({ChatEvent(ChatEnd{}), ChatAlive{}}));
    EXPECT_FALSE(in_order(std::vector<ChatRecord>(17, ChatAlive{})));
}

} // namespace
} // namespace rempart::examine
