// SPDX-License-Identifier: Apache-2.0
#include "rempart/sandbox/child.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <mutex>
#include <optional>

#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include "sandbox/ending.hpp"
#include "sandbox/inbox.hpp"
#include "sandbox/memory_watch.hpp"
#include "sandbox/process.hpp"
#include "sandbox/protocol.hpp"

namespace rempart::sandbox {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

// How long the parent sleeps at most before it looks at the child's memory; our choice: a child
// can touch some 50 MiB in that time.
constexpr milliseconds kLook{25};
// How long a role may take to load and initialise its libraries, on a busy machine.
constexpr milliseconds kStartDeadline{60'000};
// How long a process may take to end after it closed its channel.
constexpr milliseconds kEndDeadline{5'000};

// The milliseconds for poll() until `deadline`, at least 0, at most `most`.
int poll_time(Clock::time_point deadline, milliseconds most) {
    const auto left = std::chrono::ceil<milliseconds>(deadline - Clock::now());
    return static_cast<int>(std::clamp(left, milliseconds{0}, most).count());
}

} // namespace

struct Child::State {
    StartedProcess process;
    Limits limits;
    Confinement confinement;
    MemoryWatch watch;
    Inbox inbox;
    std::mutex ending; ///< Guards the next two: who reaps.
    bool reaped = false;
    int wait_status = 0;
    std::atomic<bool> stop_requested = false;
    std::atomic<bool> is_alive = true;

    State(StartedProcess started, const Limits& bounds)
        : process(std::move(started)), limits(bounds), inbox(bounds.max_answer_bytes) {}
    ~State() { kill_and_reap(); }
    State(const State&) = delete;
    State& operator=(const State&) = delete;

    void kill_and_reap();
    Error end(Stopped stopped, std::string_view where);
    Error end_after_hangup();
    Result<short> wait_for(short events, Clock::time_point deadline);
    Result<void> send(ByteView message, std::span<const int> descriptors,
                      Clock::time_point deadline);
    Result<Bytes> receive(Clock::time_point deadline);
    Result<bool> fill_inbox();
};

void Child::State::kill_and_reap() {
    const std::scoped_lock lock(ending);
    is_alive = false;
    if (reaped) {
        return;
    }
    ::kill(process.pid, SIGKILL); // not reaped: the number is still its own
    while (::waitpid(process.pid, &wait_status, 0) < 0 && errno == EINTR) {
    }
    reaped = true;
}

// Kills the child for the reason given, or finds out why it ended by itself.
Error Child::State::end(Stopped stopped, std::string_view where) {
    static_cast<void>(watch.peak_bytes());
    kill_and_reap();
    const std::scoped_lock lock(ending);
    return ending_error(wait_status, stop_requested ? Stopped::on_request : stopped, where);
}

// The channel is closed: the child has ended, is about to, or has only closed it.
Error Child::State::end_after_hangup() {
    pollfd handle{process.handle.get(), POLLIN, 0};
    const auto deadline = Clock::now() + kEndDeadline;
    while (::poll(&handle, 1, poll_time(deadline, kEndDeadline)) < 0 && errno == EINTR) {
    }
    return end(handle.revents != 0 ? Stopped::by_itself : Stopped::bad_answer,
               handle.revents == 0 ? "it closed its channel and went on"
               : inbox.is_empty()  ? "before it answered"
                                   : "in the middle of an answer");
}

// Sleeps until one of `events` can be had, while it watches time and memory.
Result<short> Child::State::wait_for(short events, Clock::time_point deadline) {
    while (true) {
        pollfd channel{process.channel.get(), events, 0};
        const int ready = ::poll(&channel, 1, poll_time(deadline, kLook));
        if (ready < 0 && errno != EINTR) {
            return fail(end(Stopped::bad_answer, "its channel failed"));
        }
        if (stop_requested) {
            return fail(end(Stopped::on_request, {}));
        }
        if (ready > 0) {
            return channel.revents;
        }
        if (watch.exceeded()) {
            return fail(end(Stopped::memory, {}));
        }
        if (Clock::now() >= deadline) {
            return fail(end(Stopped::deadline, {}));
        }
    }
}

// Takes what the child has sent. False: the channel is closed.
Result<bool> Child::State::fill_inbox() {
    const std::span<std::byte> room = inbox.room();
    const ssize_t n = ::recv(process.channel.get(), room.data(), room.size(), MSG_DONTWAIT);
    if (n > 0) {
        inbox.filled(static_cast<std::size_t>(n));
        return true;
    }
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
        return true;
    }
    if (n == 0 || errno == ECONNRESET) { // reset: it ended with a request unread
        return false;
    }
    return fail(end(Stopped::bad_answer, "its channel failed"));
}

Result<Bytes> Child::State::receive(Clock::time_point deadline) {
    while (true) {
        auto message = inbox.next();
        if (!message) {
            return fail(end(Stopped::bad_answer, message.error().message));
        }
        if (*message) {
            return std::move(**message);
        }
        const auto events = wait_for(POLLIN, deadline);
        if (!events) {
            return fail(events.error());
        }
        const auto open = fill_inbox();
        if (!open) {
            return fail(open.error());
        }
        if (!*open) {
            return fail(end_after_hangup());
        }
    }
}

namespace {

// One sendmsg of what is left of header and message; descriptors go with the first byte.
class Outgoing {
  public:
    Outgoing(ByteView message, std::span<const int> descriptors)
        : message_(message), descriptors_(descriptors) {
        put_header(message.size(), header_.data());
    }
    [[nodiscard]] bool is_done() const { return done_ == header_.size() + message_.size(); }
    // As sendmsg: -1 and errno.
    ssize_t send_some(int socket) {
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
        const ssize_t n = ::sendmsg(socket, &parts, MSG_NOSIGNAL | MSG_DONTWAIT);
        done_ += n > 0 ? static_cast<std::size_t>(n) : 0;
        return n;
    }

  private:
    void attach(msghdr& parts) {
        parts.msg_control = area_.data();
        parts.msg_controllen = CMSG_SPACE(descriptors_.size_bytes());
        cmsghdr* part = CMSG_FIRSTHDR(&parts);
        part->cmsg_level = SOL_SOCKET;
        part->cmsg_type = SCM_RIGHTS;
        part->cmsg_len = CMSG_LEN(descriptors_.size_bytes());
        std::memcpy(CMSG_DATA(part), descriptors_.data(), descriptors_.size_bytes());
    }
    std::array<std::byte, kHeaderBytes> header_{};
    ByteView message_;                 ///< The caller's, for the time of the call.
    std::span<const int> descriptors_; ///< Likewise.
    alignas(
        cmsghdr) std::array<std::byte, CMSG_SPACE(sizeof(int) * kMaxRequestDescriptors)> area_{};
    std::size_t done_ = 0;
};

} // namespace

Result<void> Child::State::send(ByteView message, std::span<const int> descriptors,
                                Clock::time_point deadline) {
    if (message.empty() || message.size() > kMaxRequestBytes ||
        descriptors.size() > kMaxRequestDescriptors) {
        return fail(Errc::invalid_argument, "a request is empty or too large");
    }
    Outgoing outgoing(message, descriptors);
    while (!outgoing.is_done()) {
        if (outgoing.send_some(process.channel.get()) >= 0 || errno == EINTR) {
            continue;
        }
        if (errno == EPIPE || errno == ECONNRESET) {
            return fail(end_after_hangup());
        }
        if (errno != EAGAIN) {
            return fail(end(Stopped::bad_answer, "its channel failed"));
        }
        // Its answers are taken meanwhile, up to the size of one: else two full channels would
        // wait for each other.
        const bool takes = inbox.has_room();
        const auto events = wait_for(takes ? POLLIN | POLLOUT : POLLOUT, deadline);
        if (!events) {
            return fail(events.error());
        }
        if (takes && (*events & POLLIN) != 0) {
            if (const auto open = fill_inbox(); !open) {
                return fail(open.error());
            }
        }
    }
    return {};
}

Child::Child(std::unique_ptr<State> state) : state_(std::move(state)) {
}
Child::Child(Child&&) noexcept = default;
Child& Child::operator=(Child&&) noexcept = default;
Child::~Child() = default;

Result<Child> Child::start(const ChildSpec& spec) {
    auto process = start_process(spec);
    if (!process) {
        return fail(std::move(process).error());
    }
    auto state = std::make_unique<State>(std::move(*process), spec.limits);
    const auto hello = state->receive(Clock::now() + kStartDeadline);
    if (!hello) {
        return fail(hello.error());
    }
    const auto confinement = decode_hello(*hello);
    if (!confinement) {
        return fail(Errc::bad_answer, "the program is no confined role of this build");
    }
    if (!confinement->seccomp || !confinement->no_new_privileges) {
        return fail(Errc::unsupported, "this kernel offers no system-call filter");
    }
    state->confinement = *confinement;
    state->watch = MemoryWatch(state->process.pid, spec.limits.memory_bytes);
    return Child(std::move(state));
}

Result<Bytes> Child::call(ByteView request, std::span<const int> descriptors) {
    const auto deadline = Clock::now() + state_->limits.deadline;
    if (!state_->is_alive) {
        return fail(Errc::crashed, "the confined program has ended before");
    }
    if (auto sent = state_->send(request, descriptors, deadline); !sent) {
        return fail(std::move(sent).error());
    }
    return state_->receive(deadline);
}

Result<void> Child::send(ByteView message, std::span<const int> descriptors) {
    if (!state_->is_alive) {
        return fail(Errc::crashed, "the confined program has ended before");
    }
    return state_->send(message, descriptors, Clock::now() + state_->limits.deadline);
}

Result<Bytes> Child::receive() {
    if (!state_->is_alive) {
        return fail(Errc::crashed, "the confined program has ended before");
    }
    return state_->receive(Clock::now() + state_->limits.deadline);
}

bool Child::alive() const {
    return state_->is_alive;
}

const Confinement& Child::confinement() const {
    return state_->confinement;
}

std::uint64_t Child::peak_memory_bytes() const {
    return state_->watch.peak_bytes();
}

void Child::stop() {
    state_->stop_requested = true;
    state_->kill_and_reap();
}

} // namespace rempart::sandbox
