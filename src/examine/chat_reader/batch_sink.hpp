// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Gathers records into messages for the parent: many small ones in one, a large one alone.

#include <cstdint>

#include "examine/chat_protocol.hpp"
#include "rempart/core/wire.hpp"
#include "rempart/examine/chat.hpp"
#include "rempart/sandbox/confined.hpp"

namespace rempart::examine::chat_reader {

class BatchSink final : public ChatSink {
  public:
    BatchSink(sandbox::Channel& channel, std::uint64_t max_answer_bytes)
        : channel_(channel), max_answer_bytes_(max_answer_bytes) {}

    /// \return `limit_exceeded`, and nothing was taken, if the event alone is too large for a
    ///         message; what the channel says.
    [[nodiscard]] Result<void> put(const ChatEvent& event) override;
    [[nodiscard]] Result<void> put_alive();
    /// The reading as a whole failed.
    [[nodiscard]] Result<void> put_failure(const Error& why);
    [[nodiscard]] Result<void> flush();

  private:
    [[nodiscard]] Result<void> add(const ChatRecord& record);

    sandbox::Channel& channel_; ///< Outlives the sink.
    std::uint64_t max_answer_bytes_;
    WireWriter record_;
    Bytes batch_;
};

} // namespace rempart::examine::chat_reader
