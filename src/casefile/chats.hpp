// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The conversations and messages of one exhibit, read out in order.

#include <functional>

#include "casefile/database.hpp"
#include "rempart/casefile/chats.hpp"
#include "rempart/casefile/evidence.hpp"

namespace rempart::casefile {

/// By export and in the order of the export. Leaves out what belongs to an export whose item is not
/// committed yet: an unfinished run removes that again.
[[nodiscard]] Result<void>
each_conversation_of(Database& database, const ExhibitRecord& exhibit,
                     const std::function<Result<void>(const ConversationRecord&)>& take);

/// Reads the messages of one conversation after the other.
class MessageReader {
  public:
    [[nodiscard]] static Result<MessageReader> prepare(Database& database);
    /// The first `most`, by ordinal, with a memory of one message.
    [[nodiscard]] Result<void> each(const ConversationRecord& conversation,
                                    const std::function<Result<void>(MessageView&)>& take,
                                    std::size_t most = kAllRows);

  private:
    [[nodiscard]] Result<void> take_attachments(MessageView& view);
    Statement messages_, attachments_;
};

} // namespace rempart::casefile
