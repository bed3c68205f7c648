// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Conversations and messages, read out; full text over them.

#include <functional>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "rempart/casefile/case.hpp"

namespace rempart::casefile {

struct MessageView {
    RowId id = 0;
    std::string exhibit_label;
    ConversationRecord conversation;
    MessageRecord message;
    std::vector<std::string>
        attachment_sha256; ///< By attachment; "" if it is not joined to a content.
};

/// The first `most`, by exhibit, export, conversation (in the order of the export) and ordinal.
[[nodiscard]] Result<void> each_message(Case& file,
                                        const std::function<Result<void>(const MessageView&)>& take,
                                        std::size_t most = std::numeric_limits<std::size_t>::max());
struct ConversationView {
    std::string exhibit_label, export_path;
    ConversationRecord conversation;
    std::uint64_t messages = 0, senders = 0, attachments = 0, attachments_present = 0,
                  attachments_hit = 0;
    TimeValue first_utc, last_utc;
};
[[nodiscard]] Result<std::vector<ConversationView>> conversations(Case& file);
struct ChatExportView {
    std::string exhibit_label, path;
    ChatExportRecord record;
};
[[nodiscard]] Result<std::vector<ChatExportView>> chat_exports(Case& file);

/// A place where all the words of a query stand: a message, an item's path or a metadata value.
struct FoundView {
    std::string where; ///< "message", "item", "metadata".
    std::string exhibit_label, path, conversation, message_id, excerpt;
};
/// Words, "a phrase", prefix*. \return `invalid_argument` for a query that means nothing.
[[nodiscard]] Result<void> find(Case& file, std::string_view query,
                                const std::function<Result<void>(const FoundView&)>& take);

} // namespace rempart::casefile
