// SPDX-License-Identifier: Apache-2.0
#include "examine/chat_reader/json_scan.hpp"

#include "examine/chat_reader/reading.hpp"

namespace rempart::examine::chat_reader {
namespace {

// Every window size from 1 up gives the same answer: no seam matters.
template <typename Ask>
auto at_every_window(std::string_view text, const Ask& ask) {
    const UniqueFd descriptor = file_of(text);
    FileWindow whole(descriptor.get(), text.size(), {.window_bytes = 1 << 20, .alive = {}});
    const auto expected = ask(whole);
    for (std::size_t window = 1; window <= text.size() + 1; ++window) {
        FileWindow file(descriptor.get(), text.size(), {.window_bytes = window, .alive = {}});
        EXPECT_EQ(ask(file), expected) << "window " << window;
    }
    return expected;
}

ScanEnd value_end(std::string_view text) {
    return at_every_window(text, [](FileWindow& file) { return *find_value_end(file, 0); });
}

TEST(JsonScan, FindsTheEndOfEachKindOfValue) {
    EXPECT_EQ(value_end(R"({"a":[1,{"b":"}]"}]} , 1)"), (ScanEnd{ScanOutcome::complete, 20}));
    EXPECT_EQ(value_end(R"("a\"b\\" x)"), (ScanEnd{ScanOutcome::complete, 8}));
    EXPECT_EQ(value_end("-12.5e3]"), (ScanEnd{ScanOutcome::complete, 7}));
    EXPECT_EQ(value_end("[]"), (ScanEnd{ScanOutcome::complete, 2}));
}

TEST(JsonScan, TellsAWrongStructureFromAFileThatEnds) {
    EXPECT_EQ(value_end(R"({"a":[1})"), (ScanEnd{ScanOutcome::broken, 7}));
    EXPECT_EQ(value_end("{\"a\":\"b\n\"}"), (ScanEnd{ScanOutcome::broken, 7}));
    EXPECT_EQ(value_end("{\"a\":\"b\\\n\"}"), (ScanEnd{ScanOutcome::broken, 8}));
    EXPECT_EQ(value_end("}"), (ScanEnd{ScanOutcome::broken, 0}));
    EXPECT_EQ(value_end(","), (ScanEnd{ScanOutcome::broken, 0}));
    EXPECT_EQ(value_end(R"({"a":"b\)"), (ScanEnd{ScanOutcome::end_of_file, 8}));
    EXPECT_EQ(value_end(""), (ScanEnd{ScanOutcome::end_of_file, 0}));
    EXPECT_EQ(value_end("tru"), (ScanEnd{ScanOutcome::end_of_file, 3}));
}

TEST(JsonScan, FollowsAnyDepth) {
    const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
    const UniqueFd descriptor = file_of(deep);
    FileWindow file(descriptor.get(), deep.size(), {});
    EXPECT_EQ(*find_value_end(file, 0), (ScanEnd{ScanOutcome::complete, 200'000}));
}

TEST(JsonScan, KnowsHowMessagesBegin) {
    EXPECT_TRUE(begins_message("{\n   \"id\": -5,\n   \"type\": \"service\""));
    EXPECT_TRUE(begins_message(R"({"id":1,"type":"unsupported"})"));
    EXPECT_TRUE(begins_message(R"({ "type" : "message")"));
    EXPECT_FALSE(begins_message(R"({"type": "bold", "text": "message"})"));
    EXPECT_FALSE(begins_message(R"({"id": "message"})"));
    EXPECT_FALSE(begins_message(R"({\"id\": 1, \"type\": \"message\"})"));
    EXPECT_FALSE(begins_message(R"("id": 1, "type": "message")"));
}

TEST(JsonScan, FindsTheNextMessageOrListOfMessages) {
    const auto find = [](std::string_view text, std::uint64_t end) {
        return at_every_window(text, [&](FileWindow& file) { return *find_anchor(file, 0, end); });
    };
    EXPECT_EQ(find(R"(x"}{"type":"bold"}, {"id":7,"type":"message"})", 100),
              (Anchor{Anchor::Kind::message, 20, 20}));
    EXPECT_EQ(find(R"(zz "messages" : [ {"id":7,"type":"message"})", 100),
              (Anchor{Anchor::Kind::message_list, 3, 17}));
    EXPECT_EQ(find(R"(0123{"id":7,"type":"message"})", 4), std::nullopt);
    EXPECT_EQ(find(R"("messages": {"a":1})", 100), std::nullopt);
}

} // namespace
} // namespace rempart::examine::chat_reader
