// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// From the pieces that the walk cuts out to records in the sink, counted.

#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>

#include "examine/chat_reader/json_document.hpp"
#include "examine/chat_reader/telegram_message.hpp"
#include "rempart/examine/chat.hpp"

namespace rempart::examine::chat_reader {

/// What a chat object says of itself; "" where it says nothing.
struct TelegramChat {
    std::string name, type, id;
    bool told = false; ///< The ChatConversation was put.
};

/// Every record that the walk finds is given to exactly one of `take_message` (accepted) and
/// `reject`: so parsed + rejected is the number of records found.
class TelegramEmitter {
  public:
    TelegramEmitter(ChatSink& sink, const ChatLimits& limits)
        : sink_(sink), document_(limits.max_depth) {}

    /// Puts the conversation once. What has no id is numbered by its place among the chats ("#3").
    [[nodiscard]] Result<void> tell(TelegramChat& chat);

    /// Puts the message and the accounts that it names for the first time.
    /// \return nothing if it was accepted; why not, and then the caller rejects it; or as an error
    ///         what the sink says.
    [[nodiscard]] Result<std::optional<Error>> take_message(std::string_view object, RawRef raw);

    [[nodiscard]] Result<void> reject(RawRef raw, Error why);

    /// The account that exported. An object that cannot be parsed is passed over.
    [[nodiscard]] Result<void> take_owner(std::string_view object);

    /// The text of a JSON string or number as written; "" for null and all else.
    [[nodiscard]] std::string scalar(std::string_view written);
    /// Name, type and id in an object that was cut off before its messages; nothing if `object` is
    /// not one.
    [[nodiscard]] std::optional<TelegramChat> chat_of(std::string_view object);

    void add_repair() { ++end_.repairs; }
    void add_loss(std::string loss) { end_.known_losses.push_back(std::move(loss)); }
    void set_truncated() { end_.truncated = true; }
    [[nodiscard]] Result<void> finish();

  private:
    [[nodiscard]] Result<void> put_account(const SeenAccount& account, bool is_owner);

    ChatSink& sink_;
    JsonDocument document_;
    std::uint64_t conversations_ = 0, ordinal_ = 0;
    std::unordered_set<std::string> seen_accounts_; ///< Asked only, never walked.
    bool accounts_cut_ = false;
    ChatEnd end_;
};

} // namespace rempart::examine::chat_reader
