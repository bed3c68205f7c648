// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "examine/chat_reader/readers.hpp"
#include "examine/chat_reader/telegram_walk.hpp"
#include "rempart/core/fd.hpp"
#include "support/files.hpp"
#include "support/result.hpp"

namespace rempart::examine::chat_reader {

/// All that a reader told of one export.
struct Told : ChatSink {
    std::vector<ChatAccount> accounts;
    std::vector<ChatConversation> conversations;
    std::vector<ChatMessage> messages;
    std::vector<std::size_t> conversation_of; ///< By message.
    std::vector<ChatReject> rejects;
    std::vector<ChatEnd> ends;
    Result<void> result;

    Result<void> put(const ChatEvent& event) override {
        EXPECT_TRUE(ends.empty()) << "a record after the end";
        if (const auto* account = std::get_if<ChatAccount>(&event)) {
            accounts.push_back(*account);
        } else if (const auto* conversation = std::get_if<ChatConversation>(&event)) {
            conversations.push_back(*conversation);
        } else if (const auto* message = std::get_if<ChatMessage>(&event)) {
            EXPECT_FALSE(conversations.empty()) << "a message before its conversation";
            messages.push_back(*message);
            conversation_of.push_back(conversations.size() - 1);
        } else if (const auto* reject = std::get_if<ChatReject>(&event)) {
            rejects.push_back(*reject);
        } else {
            ends.push_back(std::get<ChatEnd>(event));
        }
        return {};
    }

    [[nodiscard]] ChatEnd end() const {
        EXPECT_TRUE(result) << result.error().message;
        EXPECT_EQ(ends.size(), 1U);
        return ends.empty() ? ChatEnd{} : ends.front();
    }
    /// Records found, as the end counts them; fails the test if that is not what was told.
    [[nodiscard]] std::uint64_t found() const {
        const ChatEnd last = end();
        EXPECT_EQ(last.parsed, messages.size());
        EXPECT_EQ(last.rejected, rejects.size());
        return last.parsed + last.rejected + last.skipped;
    }
};

inline UniqueFd file_of(std::string_view text) {
    auto file = make_memory_file("test");
    EXPECT_TRUE(file && write_all(file->get(), bytes_of(text)));
    return file ? std::move(*file) : UniqueFd();
}

/// Reads `text` as an export, through a window of that size.
inline Told read_text(std::string_view text, const ChatLimits& limits = {},
                      std::size_t window_bytes = 4096) {
    Told told;
    const UniqueFd descriptor = file_of(text);
    FileWindow file(descriptor.get(), text.size(), {.window_bytes = window_bytes, .alive = {}});
    TelegramEmitter emitter(told, limits);
    told.result = TelegramWalk(file, emitter, limits).run();
    return told;
}

inline std::string fixture(std::string_view name) {
    return read_project_file(std::filesystem::path("tests/data/chat") / name);
}

/// A chat of `messages`, written as the exporter writes it.
inline std::string one_chat(std::string_view messages) {
    return "{\n \"name\": \"Garden club\",\n \"type\": \"private_group\",\n \"id\": 42,\n"
           " \"messages\": [\n" +
           std::string(messages) + "\n ]\n}\n";
}

inline std::string message_json(int id, std::string_view more) {
    return "  {\n   \"id\": " + std::to_string(id) + ",\n   \"type\": \"message\",\n   " +
           std::string(more) + "\n  }";
}

} // namespace rempart::examine::chat_reader
