// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The messages between the main program and its chat_reader.
///
///     request := format, limits                       with the export's descriptor, once
///     answer  := record+                              many; the last ends with ChatEnd or Error
///     record  := tag, fields of a ChatEvent | alive | Error of the reading as a whole
///
/// The child is not trusted: decoding checks every length, enumerator, number and time, and
/// ChatOrder the sense of the whole.

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "rempart/core/bytes.hpp"
#include "rempart/core/result.hpp"
#include "rempart/core/wire.hpp"
#include "rempart/examine/chat.hpp"

namespace rempart::examine {

struct ChatRequest {
    std::string format; ///< A name of chat_formats().
    ChatLimits limits;
    std::uint64_t max_answer_bytes = 0; ///< No answer may be larger.
};

[[nodiscard]] Bytes encode_chat_request(const ChatRequest& request);
/// \return `bad_answer`.
[[nodiscard]] Result<ChatRequest> decode_chat_request(ByteView message);

/// The child reads on, though it has nothing to tell: once in 64 MiB.
struct ChatAlive {
    friend bool operator==(const ChatAlive&, const ChatAlive&) = default;
};
inline constexpr std::uint64_t kAliveBytes = std::uint64_t{64} << 20;

/// Error: the export as a whole could not be read, and nothing more comes.
using ChatRecord = std::variant<ChatEvent, ChatAlive, Error>;

void encode_chat_record(WireWriter& out, const ChatRecord& record);
/// All records of an answer, at least one. \return `bad_answer`.
[[nodiscard]] Result<std::vector<ChatRecord>> decode_chat_answer(ByteView message);

/// Holds the records against each other: a message needs a conversation before it; ordinals grow;
/// places lie in the file; the counts of ChatEnd are those of what was told; nothing comes after
/// the end; and the child is not alive forever without an end.
class ChatOrder {
  public:
    explicit ChatOrder(std::uint64_t file_bytes) : file_bytes_(file_bytes) {}
    /// \return `bad_answer`.
    [[nodiscard]] Result<void> accept(const ChatRecord& record);

  private:
    [[nodiscard]] bool accepts(const ChatEvent& event);
    [[nodiscard]] bool is_inside(RawRef raw) const;

    std::uint64_t file_bytes_;
    std::uint64_t next_ordinal_ = 0, messages_ = 0, rejects_ = 0, alive_ = 0;
    bool has_conversation_ = false, ended_ = false;
};

} // namespace rempart::examine
