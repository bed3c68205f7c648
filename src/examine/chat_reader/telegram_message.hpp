// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// One message object of a Telegram Desktop export as a ChatMessage. docs/formats/telegram.md says
/// where each key goes.

#include <string>
#include <vector>

#include "examine/chat_reader/json_document.hpp"
#include "rempart/core/result.hpp"
#include "rempart/examine/chat.hpp"

namespace rempart::examine::chat_reader {

/// An account as a message names it.
struct SeenAccount {
    std::string id, name;
    friend bool operator==(const SeenAccount&, const SeenAccount&) = default;
};

struct TelegramMessage {
    ChatMessage message;               ///< Without ordinal and raw, which the caller knows.
    std::vector<SeenAccount> accounts; ///< Sender or actor, and who reacted.
};

/// "user123" for what the export writes of a peer: that text itself; or, in exports up to 2021, a
/// number. The exporter of that time numbered peers user = 2^32 + id and chat or channel = 2^33 +
/// id, and before that wrote bare user ids below 2^32 (telegramdesktop/tdesktop,
/// export_data_types.cpp, kUserPeerIdShift). A number outside both ranges does not tell its kind
/// and stays a number.
[[nodiscard]] std::string telegram_peer(const JsonNode& node);

/// Reads the object that `document` holds.
/// \return `malformed` if it has none of the keys that make a message.
[[nodiscard]] Result<TelegramMessage> read_telegram_message(JsonDocument& document);

} // namespace rempart::examine::chat_reader
