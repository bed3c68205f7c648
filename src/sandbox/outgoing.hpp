// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <span>

#include <sys/socket.h>
#include <sys/types.h>

#include "rempart/core/bytes.hpp"
#include "sandbox/protocol.hpp"

namespace rempart::sandbox {

/// One message on its way into a channel, in as many pieces as the channel takes it. Holds views:
/// what it is made of must outlive it.
class Outgoing {
  public:
    /// \pre descriptors.size() <= kMaxRequestDescriptors
    explicit Outgoing(ByteView message, std::span<const int> descriptors = {});

    [[nodiscard]] bool is_done() const { return done_ == header_.size() + message_.size(); }
    /// One sendmsg of what is left, with its result and errno; descriptors go with the first byte.
    /// `flags` is added to MSG_NOSIGNAL.
    ssize_t send_some(int socket, int flags);

  private:
    void attach(msghdr& parts);

    std::array<std::byte, kHeaderBytes> header_{};
    ByteView message_;
    std::span<const int> descriptors_;
    alignas(cmsghdr) std::array<std::byte, CMSG_SPACE(sizeof(int) * kMaxRequestDescriptors)> area_;
    std::size_t done_ = 0;
};

} // namespace rempart::sandbox
