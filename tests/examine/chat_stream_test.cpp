// SPDX-License-Identifier: Apache-2.0
// open_chat with the real confined chat_reader.
#include <string>

#include <gtest/gtest.h>

#include "rempart/core/fd.hpp"
#include "rempart/examine/chat.hpp"
#include "support/files.hpp"
#include "support/result.hpp"

namespace rempart::examine {
namespace {

UniqueFd file_of(std::string_view text) {
    auto file = make_memory_file("test");
    EXPECT_TRUE(file && write_all(file->get(), bytes_of(text)));
    return file ? std::move(*file) : UniqueFd();
}

ReaderConfig config() {
    return {.libexec_dir = REMPART_LIBEXEC_DIR, .limits = {}};
}

const ChatFormat& telegram() {
    return chat_formats().front();
}

struct Outcome {
    std::vector<ChatMessage> messages;
    std::size_t conversations = 0, accounts = 0, rejects = 0;
    std::optional<ChatEnd> end;
    std::optional<Error> error;
};

Outcome read_all(std::string_view text, const ReaderConfig& readers = config(),
                 const ChatLimits& limits = {}) {
    Outcome outcome;
    const UniqueFd file = file_of(text);
    auto stream = open_chat(file.get(), telegram(), readers, limits);
    if (!stream) {
        outcome.error = stream.error();
        return outcome;
    }
    while (!outcome.end && !outcome.error) {
        auto event = (*stream)->next();
        if (!event) {
            outcome.error = event.error();
        } else if (auto* message = std::get_if<ChatMessage>(&*event)) {
            outcome.messages.push_back(std::move(*message));
        } else if (const auto* end = std::get_if<ChatEnd>(&*event)) {
            outcome.end = *end;
        } else {
            outcome.conversations += std::holds_alternative<ChatConversation>(*event) ? 1U : 0U;
            outcome.accounts += std::holds_alternative<ChatAccount>(*event) ? 1U : 0U;
            outcome.rejects += std::holds_alternative<ChatReject>(*event) ? 1U : 0U;
        }
    }
    return outcome;
}

TEST(ChatStream, BringsWhatTheReaderReads) {
    const Outcome outcome =
        read_all(read_project_file("tests/data/chat/telegram_json_account.json"));
    ASSERT_FALSE(outcome.error) << outcome.error->message;
    EXPECT_EQ(outcome.conversations, 4U);
    EXPECT_EQ(outcome.accounts, 5U);
    ASSERT_EQ(outcome.messages.size(), 6U);
    EXPECT_EQ(outcome.messages[0].body, "Une partie d'échecs ce soir ?");
    EXPECT_EQ(outcome.end->parsed, 6U);
    EXPECT_EQ(outcome.end->repairs, 1U);
}

// More than one answer, in order.
TEST(ChatStream, BringsManyMessagesInOrder) {
    std::string text = R"({"type":"private_group","id":1,"messages":[)";
    for (int id = 0; id < 2'000; ++id) {
        text += R"({"id":)" + std::to_string(id) + R"(,"type":"message","text":")" +
                std::string(static_cast<std::size_t>(id % 300), 'x') + "\"},";
    }
    text.back() = ']';
    const Outcome outcome = read_all(text + "}");
    ASSERT_FALSE(outcome.error) << outcome.error->message;
    ASSERT_EQ(outcome.messages.size(), 2'000U);
    for (std::size_t i = 0; i < outcome.messages.size(); ++i) {
        ASSERT_EQ(outcome.messages[i].id, std::to_string(i));
    }
}

TEST(ChatStream, AFileThatIsNoExportIsAnErrorWithItsReason) {
    const Outcome outcome = read_all("\xFF\xFE{\0}\0");
    ASSERT_TRUE(outcome.error);
    EXPECT_EQ(outcome.error->code, Errc::unsupported);
}

TEST(ChatStream, ATruncatedFileEndsWithItsCounts) {
    const std::string text = read_project_file("tests/data/chat/telegram_json_single.json");
    const Outcome outcome = read_all(std::string_view(text).substr(0, text.size() / 2));
    ASSERT_TRUE(outcome.end);
    EXPECT_TRUE(outcome.end->truncated);
    EXPECT_EQ(outcome.end->parsed, outcome.messages.size());
    EXPECT_EQ(outcome.end->rejected, outcome.rejects);
}

// One string of 100 MB: the reader's memory stays far below it.
TEST(ChatStream, AHugeStringIsOneRejectInBoundedMemory) {
    const std::string text =
        R"({"type":"private_group","id":1,"messages":[{"id":1,"type":"message","text":")" +
        std::string(std::size_t{100} << 20, 'x') + R"("},{"id":2,"type":"message","text":"b"}]})";
    ReaderConfig readers = config();
    readers.limits.memory_bytes = std::uint64_t{96} << 20;
    const Outcome outcome = read_all(text, readers);
    ASSERT_FALSE(outcome.error) << outcome.error->message;
    EXPECT_EQ(outcome.rejects, 1U);
    ASSERT_EQ(outcome.messages.size(), 1U);
    EXPECT_EQ(outcome.messages[0].id, "2");
}

TEST(ChatStream, AMessageThatNoAnswerCanHoldIsRejected) {
    ReaderConfig readers = config();
    readers.limits.max_answer_bytes = 4096;
    const Outcome outcome =
        read_all(R"({"type":"private_group","id":1,"messages":[{"id":1,"type":"message","text":")" +
                     std::string(8192, 'x') + R"("},{"id":2,"type":"message","text":"b"}]})",
                 readers);
    ASSERT_FALSE(outcome.error) << outcome.error->message;
    EXPECT_EQ(outcome.rejects, 1U);
    EXPECT_EQ(outcome.messages.size(), 1U);
}

TEST(ChatStream, AnUnknownFormatEndsTheReader) {
    const UniqueFd file = file_of("{}");
    const ChatFormat other{"no_such_format", "", nullptr};
    auto stream = open_chat(file.get(), other, config(), {});
    ASSERT_TRUE(stream);
    EXPECT_EQ(error_of((*stream)->next()).code, Errc::crashed);
    EXPECT_EQ(error_of((*stream)->next()).code, Errc::crashed); // and stays so
}

TEST(ChatStream, AMissingReaderIsAnErrorOfTheStart) {
    const UniqueFd file = file_of("{}");
    const auto stream =
        open_chat(file.get(), telegram(), {.libexec_dir = "/nonexistent", .limits = {}}, {});
    EXPECT_FALSE(stream);
}

} // namespace
} // namespace rempart::examine
