// SPDX-License-Identifier: Apache-2.0
#include "sandbox/inbox.hpp"

#include <algorithm>

#include "sandbox/protocol.hpp"

namespace rempart::sandbox {

std::span<std::byte> Inbox::room() {
    constexpr std::size_t kAtLeast = std::size_t{64} << 10;
    const std::size_t held = end_ - begin_;
    if (begin_ > 0) {
        std::copy(buffer_.begin() + static_cast<std::ptrdiff_t>(begin_),
                  buffer_.begin() + static_cast<std::ptrdiff_t>(end_), buffer_.begin());
        begin_ = 0;
        end_ = held;
    }
    const std::size_t missing = std::max(wanted_, held) - held;
    if (buffer_.size() < end_ + std::max(missing, kAtLeast)) {
        buffer_.resize(end_ + std::max(missing, kAtLeast));
    }
    return std::span(buffer_).subspan(end_);
}

Result<std::optional<Bytes>> Inbox::next() {
    const ByteView held = ByteView(buffer_).subspan(begin_, end_ - begin_);
    if (held.size() < kHeaderBytes) {
        wanted_ = kHeaderBytes;
        return std::nullopt;
    }
    const std::size_t size_bytes = header_size(held.data());
    if (size_bytes == 0 || size_bytes > max_message_bytes_) {
        return fail(Errc::bad_answer,
                    size_bytes == 0 ? "an empty answer" : "an answer larger than allowed");
    }
    wanted_ = kHeaderBytes + size_bytes;
    if (held.size() < wanted_) {
        return std::nullopt;
    }
    const ByteView payload = held.subspan(kHeaderBytes, size_bytes);
    Bytes message(payload.begin(), payload.end());
    begin_ += wanted_;
    wanted_ = 0;
    return message;
}

} // namespace rempart::sandbox
