// SPDX-License-Identifier: Apache-2.0
#include "sandbox/outgoing.hpp"

#include <algorithm>
#include <cstring>

#include <sys/uio.h>

namespace rempart::sandbox {

Outgoing::Outgoing(ByteView message, std::span<const int> descriptors)
    : message_(message), descriptors_(descriptors), area_{} {
    put_header(message.size(), header_.data());
}

ssize_t Outgoing::send_some(int socket, int flags) {
    const std::size_t from_header = std::min(done_, header_.size());
    const ByteView rest = message_.subspan(done_ - from_header);
    std::array<iovec, 2> pieces{
        {{header_.data() + from_header, header_.size() - from_header},
         {const_cast<std::byte*>(rest.data()), rest.size()}}}; // sendmsg does not write to it
    msghdr parts{};
    parts.msg_iov = pieces.data();
    parts.msg_iovlen = pieces.size();
    if (done_ == 0 && !descriptors_.empty()) {
        attach(parts);
    }
    const ssize_t n = ::sendmsg(socket, &parts, MSG_NOSIGNAL | flags);
    done_ += n > 0 ? static_cast<std::size_t>(n) : 0;
    return n;
}

void Outgoing::attach(msghdr& parts) {
    parts.msg_control = area_.data();
    parts.msg_controllen = CMSG_SPACE(descriptors_.size_bytes());
    cmsghdr* part = CMSG_FIRSTHDR(&parts);
    part->cmsg_level = SOL_SOCKET;
    part->cmsg_type = SCM_RIGHTS;
    part->cmsg_len = CMSG_LEN(descriptors_.size_bytes());
    std::memcpy(CMSG_DATA(part), descriptors_.data(), descriptors_.size_bytes());
}

} // namespace rempart::sandbox
