// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The readers of the chat_reader program, one line a format, named as in chat_formats().

#include <functional>
#include <span>
#include <string_view>

#include "rempart/examine/chat.hpp"

namespace rempart::examine::chat_reader {

struct ReadJob {
    int descriptor = -1; ///< A regular file; stays the caller's.
    ChatLimits limits;
    /// Called once in 64 MiB that were read; an error ends the reading. May be empty.
    std::function<Result<void>()> alive;
};

struct Reader {
    std::string_view format;
    /// Reads the export and puts its records, ChatEnd last. A message for which the sink says
    /// `limit_exceeded` is rejected; any other error of the sink ends the reading.
    Result<void> (*read)(const ReadJob& job, ChatSink& sink);
};

[[nodiscard]] std::span<const Reader> readers() noexcept;
/// Null if there is none.
[[nodiscard]] const Reader* find_reader(std::string_view format) noexcept;

/// A Telegram Desktop result.json: see telegram_walk.hpp and docs/formats/telegram.md.
[[nodiscard]] Result<void> read_telegram(const ReadJob& job, ChatSink& sink);

} // namespace rempart::examine::chat_reader
