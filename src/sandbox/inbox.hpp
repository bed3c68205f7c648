// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// What a child has sent and nobody has taken yet, cut into messages.

#include <cstddef>
#include <optional>
#include <span>

#include "rempart/core/bytes.hpp"
#include "rempart/core/result.hpp"

namespace rempart::sandbox {

/// Holds at most one largest message and a little more, whatever the child sends.
class Inbox {
  public:
    explicit Inbox(std::size_t max_message_bytes) : max_message_bytes_(max_message_bytes) {}

    /// Where the next bytes go: never empty. \pre has_room()
    [[nodiscard]] std::span<std::byte> room();
    /// The first `size` bytes of room() are there now.
    void filled(std::size_t size) { end_ += size; }
    /// The oldest message; nothing if it is not complete. \return `bad_answer` for a length of zero
    /// or above the bound, as soon as the length is there and before room is made for it.
    [[nodiscard]] Result<std::optional<Bytes>> next();

    [[nodiscard]] bool has_room() const { return end_ - begin_ < max_message_bytes_; }
    [[nodiscard]] bool is_empty() const { return begin_ == end_; }

  private:
    std::size_t max_message_bytes_;
    Bytes buffer_;
    std::size_t begin_ = 0; ///< buffer_[begin_..end_) is what came and is not taken.
    std::size_t end_ = 0;
    std::size_t wanted_ = 0; ///< Bytes of the message that is under way, with its header.
};

} // namespace rempart::sandbox
