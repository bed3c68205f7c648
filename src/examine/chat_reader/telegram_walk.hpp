// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The walk through an export: finds the chats and cuts out their messages, whatever the order of
/// the keys, and goes on behind damage.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "examine/chat_reader/file_window.hpp"
#include "examine/chat_reader/json_scan.hpp"
#include "examine/chat_reader/telegram_emitter.hpp"
#include "rempart/examine/chat.hpp"

namespace rempart::examine::chat_reader {

/// One walk over one file, once.
///
/// As long as the brackets close as they should, the walk follows them: any object with an array
/// "messages" is a chat, wherever it stands (the root of a single chat, chats.list and
/// left_chats.list of an account); an array under another name whose first element is plainly a
/// message counts as one too, and as a repair. Where a chat's name, type or id stand behind its
/// messages, they are looked up first: such a file is read twice.
///
/// A message that cannot be read is rejected, and the walk goes on at the next place that plainly
/// begins a message or a list of messages (find_anchor). Once the structure around the messages is
/// broken, the rest of the file is searched for such places only, and each list's chat is read from
/// the keys in front of it.
///
/// The records of the file are: the elements of the arrays of messages, and each stretch of the
/// file that was passed over because it was broken.
class TelegramWalk {
  public:
    TelegramWalk(FileWindow& file, TelegramEmitter& emitter, const ChatLimits& limits);

    /// \return `unsupported` for UTF-16 and UTF-32; `malformed` if the file is not a JSON object or
    ///         holds nothing of such an export; `io`; what the sink says.
    [[nodiscard]] Result<void> run();

  private:
    /// `stop`: the file ended, or the structure broke; resume_ says where to go on, if anywhere.
    enum class Flow : std::uint8_t { next, stop };

    [[nodiscard]] Result<char> peek(); ///< Behind white space; '\0' at the end of the file.
    [[nodiscard]] Result<void> check_head();
    [[nodiscard]] Result<Flow> root();
    [[nodiscard]] Result<Flow> object(int level);
    [[nodiscard]] Result<Flow> array(int level);
    [[nodiscard]] Result<Flow> elements(const std::function<Result<Flow>()>& read);
    [[nodiscard]] Result<Flow> member(int level, TelegramChat& chat);
    [[nodiscard]] Result<Flow> nested(int level);
    [[nodiscard]] Result<Flow> skip_value();
    [[nodiscard]] Result<std::optional<std::string>> key();

    // What stands beside messages: telegram_header.cpp.
    [[nodiscard]] Result<Flow> value(int level, std::string_view key, TelegramChat& chat);
    [[nodiscard]] Result<Flow> section(std::string_view key);
    [[nodiscard]] Result<void> header_field(std::string_view key, std::uint64_t begin,
                                            std::uint64_t end, TelegramChat& chat);
    [[nodiscard]] Result<void> look_ahead(TelegramChat& chat);
    [[nodiscard]] Result<void> header_behind(TelegramChat& chat);
    [[nodiscard]] std::optional<std::string> key_behind();

    // Messages, and what is done behind damage: telegram_salvage.cpp.
    [[nodiscard]] Result<bool> is_message_list();
    [[nodiscard]] Result<Flow> messages(TelegramChat& chat);
    [[nodiscard]] Result<Flow> element();
    [[nodiscard]] Result<Flow> pass_over(std::uint64_t begin, ScanEnd end, Error why);

    [[nodiscard]] Flow ended();
    [[nodiscard]] Result<Flow> broken();
    [[nodiscard]] Result<void> salvage(const Anchor& anchor);
    [[nodiscard]] Result<TelegramChat> chat_before(std::uint64_t offset);
    [[nodiscard]] Result<void> check_tail();

    FileWindow& file_;
    TelegramEmitter& emitter_;
    ChatLimits limits_;
    std::uint64_t pos_ = 0;
    std::uint64_t rescan_left_bytes_;
    std::optional<Anchor> resume_;
    bool found_export_ = false, truncated_ = false, damaged_ = false;
};

} // namespace rempart::examine::chat_reader
