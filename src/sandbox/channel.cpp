// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <iterator>

#include <malloc.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fmt/format.h>

#include "rempart/sandbox/confined.hpp"
#include "sandbox/confine.hpp"
#include "sandbox/ending.hpp"
#include "sandbox/landlock.hpp"
#include "sandbox/outgoing.hpp"
#include "sandbox/protocol.hpp"
#include "sandbox/sanitized.hpp"

namespace rempart::sandbox {
namespace {

Error channel_error(std::string_view what) {
    return {Errc::io, fmt::format("{}: {}", what, std::strerror(errno))};
}

// The descriptors that came with a message, each with an owner from here on.
std::vector<UniqueFd> taken_descriptors(msghdr& header) {
    std::vector<UniqueFd> descriptors;
    for (cmsghdr* part = CMSG_FIRSTHDR(&header); part != nullptr;
         part = CMSG_NXTHDR(&header, part)) {
        if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) {
            continue;
        }
        const std::size_t count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (std::size_t i = 0; i < count; ++i) {
            int fd = -1;
            std::memcpy(&fd, CMSG_DATA(part) + i * sizeof(int), sizeof(int));
            descriptors.emplace_back(fd);
        }
    }
    return descriptors;
}

// Fills `out`; how many bytes came before the end of the stream.
Result<std::size_t> receive_all(int socket, std::span<std::byte> out) {
    std::size_t done = 0;
    while (done < out.size()) {
        const ssize_t n = ::recv(socket, out.data() + done, out.size() - done, 0);
        if (n == 0) {
            break;
        }
        if (n < 0 && errno != EINTR) {
            return fail(channel_error("channel"));
        }
        done += n > 0 ? static_cast<std::size_t>(n) : 0;
    }
    return done;
}

// Whether another thread runs already.
bool has_threads() {
    std::error_code error;
    const std::filesystem::directory_iterator tasks("/proc/self/task", error);
    return !error && std::distance(begin(tasks), end(tasks)) > 1;
}

} // namespace

Result<std::optional<Received>> Channel::receive() {
    std::array<std::byte, kHeaderBytes> header{};
    alignas(cmsghdr) std::array<std::byte, CMSG_SPACE(sizeof(int) * kMaxRequestDescriptors)> area{};
    iovec piece{header.data(), header.size()};
    msghdr message{};
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    message.msg_control = area.data();
    message.msg_controllen = area.size();
    ssize_t first = 0;
    do {
        first = ::recvmsg(socket_.get(), &message, MSG_CMSG_CLOEXEC);
    } while (first < 0 && errno == EINTR);
    if (first < 0) {
        return fail(channel_error("channel"));
    }
    if (first == 0) {
        return std::nullopt;
    }
    Received received;
    received.descriptors = taken_descriptors(message);
    const auto rest =
        receive_all(socket_.get(), std::span(header).subspan(static_cast<std::size_t>(first)));
    if (!rest) {
        return fail(rest.error());
    }
    const std::size_t size_bytes = header_size(header.data());
    const bool whole = static_cast<std::size_t>(first) + *rest == kHeaderBytes;
    if (!whole || size_bytes == 0 || size_bytes > kMaxRequestBytes ||
        (message.msg_flags & MSG_CTRUNC) != 0) {
        return fail(Errc::malformed, "a request without a valid length");
    }
    received.message.resize(size_bytes);
    const auto body = receive_all(socket_.get(), received.message);
    if (!body) {
        return fail(body.error());
    }
    if (*body != size_bytes) {
        return fail(Errc::malformed, "a request that breaks off");
    }
    return received;
}

Result<void> Channel::send(ByteView message) {
    if (message.empty() || message.size() > 0xFFFF'FFFFU) {
        return fail(Errc::invalid_argument, "a message has 1 to 2^32-1 bytes");
    }
    Outgoing outgoing(message);
    while (!outgoing.is_done()) {
        if (outgoing.send_some(socket_.get(), 0) < 0 && errno != EINTR) {
            return fail(channel_error("channel"));
        }
    }
    return {};
}

Result<Channel> enter_confinement(Threads threads) {
    int type = 0;
    socklen_t size = sizeof type;
    if (::getsockopt(kChannelFd, SOL_SOCKET, SO_TYPE, &type, &size) != 0 || type != SOCK_STREAM) {
        return fail(Errc::io, "not started by rempart: no channel");
    }
    const bool has_others = !kThreadSanitizer && has_threads();
    if (has_others && threads == Threads::none) {
        return fail(Errc::unsupported, "threads run already, but the role said it has none");
    }
    auto filter = Filter::make({.threads = threads, .keep_open = kLifelineFd});
    if (!filter) {
        return fail(std::move(filter).error());
    }
    if (threads == Threads::allowed) {
        ::mallopt(M_ARENA_MAX, 1); // each further arena reserves 128 MiB of the address space
    }
    rlimit core{};
    ::getrlimit(RLIMIT_CORE, &core);
    const bool others_confined = !has_others || deny_other_threads_by_landlock();
    Confinement confinement = confine_self(*filter);
    confinement.landlock_abi = others_confined ? confinement.landlock_abi : 0;
    confinement.resource_limits = core.rlim_max == 0; // Child::start has set them all, or none
    if (!confinement.seccomp) {
        return fail(Errc::unsupported, "this kernel offers no system-call filter");
    }
    Channel channel{UniqueFd(kChannelFd)};
    if (auto greeted = channel.send(encode_hello(confinement)); !greeted) {
        return fail(std::move(greeted).error());
    }
    return channel;
}

int serve(Channel& channel, const std::function<Result<Bytes>(Received)>& answer) {
    const auto give_up = [](Errc code) { return kErrorStatusBase + static_cast<int>(code); };
    while (true) {
        auto request = channel.receive();
        if (!request) {
            return give_up(request.error().code);
        }
        std::optional<Received>& received = *request;
        if (!received) {
            return 0;
        }
        const auto answered = answer(std::move(*received));
        if (!answered) {
            return give_up(answered.error().code);
        }
        if (const auto sent = channel.send(*answered); !sent) {
            return give_up(sent.error().code);
        }
    }
}

} // namespace rempart::sandbox
