// SPDX-License-Identifier: Apache-2.0
#include "rempart/sandbox/child.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <mutex>
#include <optional>

#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "sandbox/ending.hpp"
#include "sandbox/inbox.hpp"
#include "sandbox/memory_watch.hpp"
#include "sandbox/outgoing.hpp"
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
    enum class Filled : std::uint8_t { some, nothing_yet, closed };

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
        : process(std::move(started)), limits(bounds), watch(process.pid),
          inbox(bounds.max_answer_bytes) {}
    ~State() { kill_and_reap(); }
    State(const State&) = delete;
    State& operator=(const State&) = delete;

    void kill_and_reap();
    Error end(Stopped stopped, std::string_view where);
    Error end_after_hangup();
    Result<short> wait_for(short events, Clock::time_point deadline);
    Result<void> send(ByteView message, std::span<const int> descriptors,
                      Clock::time_point deadline);
    Result<void> wait_to_send(Clock::time_point deadline);
    Result<Bytes> receive(Clock::time_point deadline);
    Result<void> take_more(Clock::time_point deadline);
    Result<Filled> fill_inbox();
    [[nodiscard]] Error ended_before() const;
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

Error Child::State::ended_before() const {
    return stop_requested ? Error{Errc::interrupted, "stopped on request"}
                          : Error{Errc::crashed, "the confined program has ended before"};
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

// Takes what the child has sent by now.
Result<Child::State::Filled> Child::State::fill_inbox() {
    const std::span<std::byte> room = inbox.room();
    const ssize_t n = ::recv(process.channel.get(), room.data(), room.size(), MSG_DONTWAIT);
    if (n > 0) {
        inbox.filled(static_cast<std::size_t>(n));
        return Filled::some;
    }
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
        return Filled::nothing_yet;
    }
    if (n == 0 || errno == ECONNRESET) { // reset: it ended with a request unread
        return Filled::closed;
    }
    return fail(end(Stopped::bad_answer, "its channel failed"));
}

Result<Bytes> Child::State::receive(Clock::time_point deadline) {
    while (true) {
        auto message = inbox.next();
        if (!message) {
            return fail(end(Stopped::bad_answer, message.error().message));
        }
        std::optional<Bytes>& whole = *message;
        if (whole) {
            return std::move(*whole);
        }
        if (auto more = take_more(deadline); !more) {
            return fail(std::move(more).error());
        }
    }
}

// Takes what the child has sent, or waits until there is something.
Result<void> Child::State::take_more(Clock::time_point deadline) {
    const auto filled = fill_inbox();
    if (!filled) {
        return fail(filled.error());
    }
    if (*filled == Filled::closed) {
        return fail(end_after_hangup());
    }
    if (*filled == Filled::some) {
        return {};
    }
    const auto events = wait_for(POLLIN, deadline);
    return events ? Result<void>() : fail(events.error());
}

// Waits until the channel takes more. The child's answers are taken meanwhile, up to the size of
// one: else two full channels would wait for each other.
Result<void> Child::State::wait_to_send(Clock::time_point deadline) {
    const bool takes = inbox.has_room();
    const auto events = wait_for(takes ? POLLIN | POLLOUT : POLLOUT, deadline);
    if (!events) {
        return fail(events.error());
    }
    if (!takes || (*events & POLLIN) == 0) {
        return {};
    }
    const auto filled = fill_inbox();
    return filled ? Result<void>() : fail(filled.error());
}

Result<void> Child::State::send(ByteView message, std::span<const int> descriptors,
                                Clock::time_point deadline) {
    if (message.empty() || message.size() > kMaxRequestBytes ||
        descriptors.size() > kMaxRequestDescriptors) {
        return fail(Errc::invalid_argument, "a request is empty or too large");
    }
    Outgoing outgoing(message, descriptors);
    while (!outgoing.is_done()) {
        if (outgoing.send_some(process.channel.get(), MSG_DONTWAIT) >= 0 || errno == EINTR) {
            continue;
        }
        if (errno == EPIPE || errno == ECONNRESET) {
            return fail(end_after_hangup());
        }
        if (errno != EAGAIN) {
            return fail(end(Stopped::bad_answer, "its channel failed"));
        }
        if (auto ready = wait_to_send(deadline); !ready) {
            return ready;
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
    if (!confinement->seccomp || !confinement->no_new_privileges ||
        !state->watch.kernel_confirms_confinement()) {
        return fail(Errc::unsupported, "this kernel offers no system-call filter");
    }
    state->confinement = *confinement;
    state->watch.bound(spec.limits.memory_bytes);
    return Child(std::move(state));
}

Result<Bytes> Child::call(ByteView request, std::span<const int> descriptors) {
    return call(request, descriptors, state_->limits.deadline);
}

Result<Bytes> Child::call(ByteView request, std::span<const int> descriptors, milliseconds most) {
    const auto deadline = Clock::now() + most;
    if (!state_->is_alive) {
        return fail(state_->ended_before());
    }
    if (auto sent = state_->send(request, descriptors, deadline); !sent) {
        return fail(std::move(sent).error());
    }
    return state_->receive(deadline);
}

Result<void> Child::send(ByteView message, std::span<const int> descriptors) {
    if (!state_->is_alive) {
        return fail(state_->ended_before());
    }
    return state_->send(message, descriptors, Clock::now() + state_->limits.deadline);
}

Result<Bytes> Child::receive() {
    if (!state_->is_alive) {
        return fail(state_->ended_before());
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
