// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <new>
#include <optional>

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>

#include "rempart/core/wire.hpp"
#include "rempart/sandbox/child.hpp"
#include "rempart/sandbox/confined.hpp"
#include "sandbox/confine.hpp"
#include "sandbox/ending.hpp"
#include "sandbox/inbox.hpp"
#include "sandbox/memory_watch.hpp"
#include "sandbox/pidfd.hpp"
#include "sandbox/protocol.hpp"
#include "sandbox/sanitized.hpp"

namespace rempart::sandbox {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;
using Body = std::function<Result<Bytes>(const Confinement&)>;

constexpr milliseconds kLook{25}; // as in child.cpp

// What the new process needs, prepared while memory may still be allocated.
struct Plan {
    Limits limits;
    std::vector<int> kept; ///< Sorted; the result pipe among them.
    int result = -1;
    MemorySizes at_fork;
    pid_t parent = -1;
};

// Closes every descriptor but `kept`, stdin, stdout and stderr among them.
bool close_others(const std::vector<int>& kept) noexcept {
    unsigned from = 0;
    for (const int fd : kept) {
        const auto number = static_cast<unsigned>(fd);
        if (number > from && ::close_range(from, number - 1, 0) != 0) {
            return false;
        }
        from = number + 1;
    }
    return ::close_range(from, ~0U, 0) == 0;
}

bool bound_memory(const Plan& plan) noexcept {
    if constexpr (kSanitized) {
        return true;
    }
    rlimit bound{};
    if (::getrlimit(RLIMIT_AS, &bound) != 0) {
        return false;
    }
    const std::uint64_t space = plan.at_fork.virtual_bytes + plan.limits.memory_bytes;
    bound.rlim_cur = bound.rlim_max = std::min<rlim_t>(space, bound.rlim_max);
    return ::setrlimit(RLIMIT_AS, &bound) == 0;
}

Bytes encode_result(const Result<Bytes>& result) {
    WireWriter writer;
    writer.u8(result ? 1 : 0);
    if (result) {
        writer.bytes(*result);
    } else {
        writer.error(result.error());
    }
    return writer.take();
}

Result<Bytes> decode_result(ByteView message) {
    WireReader reader(message);
    const bool has_value = reader.enumerator(std::uint8_t{1}) == 1;
    Bytes value;
    Error error;
    if (has_value) {
        const ByteView bytes = reader.bytes();
        value.assign(bytes.begin(), bytes.end());
    } else {
        error = reader.error();
    }
    if (auto finished = reader.finish(); !finished) {
        return fail(std::move(finished).error());
    }
    if (!has_value) {
        return fail(std::move(error));
    }
    return value;
}

// The new process: confined before `body` runs, gone after it.
[[noreturn]] void run_body(const Plan& plan, Filter& filter, const Body& body) {
    // The parent waits in the thread that forked, so that PDEATHSIG means the parent's death here.
    ::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    ::setpgid(0, 0); // Ctrl-C is for the parent, which decides
    const bool alone = ::getppid() == plan.parent && close_others(plan.kept);
    const bool limited = alone && set_fixed_limits(plan.limits.memory_bytes) && bound_memory(plan);
    Confinement confinement = limited ? confine_self(filter) : Confinement{};
    confinement.resource_limits = limited;
    if (!confinement.seccomp) {
        ::_exit(kUnconfinedStatus);
    }
    Bytes message;
    try {
        message = encode_result(body(confinement));
    } catch (const std::bad_alloc&) { // thrown without asking the new-handler
        ::_exit(kMemoryStatus);
    }
    std::array<std::byte, kHeaderBytes> header{};
    put_header(message.size(), header.data());
    const bool sent = write_all(plan.result, header) && write_all(plan.result, message);
    ::_exit(sent ? 0 : kErrorStatusBase + static_cast<int>(Errc::io));
}

// The parent's side of one forked child.
class Forked {
  public:
    Forked(pid_t pid, const Plan& plan, UniqueFd result)
        : pid_(pid), limits_(plan.limits), at_fork_(plan.at_fork), result_(std::move(result)),
          deadline_(Clock::now() + plan.limits.deadline),
          inbox_(plan.limits.max_answer_bytes + kEnvelopeBytes) {}
    ~Forked() { static_cast<void>(reap(Stopped::on_request, {})); }
    Forked(const Forked&) = delete;
    Forked& operator=(const Forked&) = delete;

    // The one message, then the end of the pipe, then the end of the process.
    Result<Bytes> answer() {
        std::optional<Bytes> message;
        while (true) {
            auto next = inbox_.next();
            if (!next || (*next && message)) {
                return fail(reap(Stopped::bad_answer,
                                 next ? "more than one answer" : next.error().message));
            }
            if (std::optional<Bytes>& whole = *next; whole) {
                message = std::move(*whole);
                continue;
            }
            const auto open = fill();
            if (!open) {
                return fail(open.error());
            }
            if (!*open) {
                break;
            }
        }
        const Error end =
            wait_for_end(inbox_.is_empty() ? "before it answered" : "in the middle of an answer");
        if (!ended_well_ || !message || !inbox_.is_empty()) {
            return fail(end);
        }
        auto result = decode_result(*message);
        if (result && result->size() > limits_.max_answer_bytes) {
            return fail(Errc::bad_answer, "an answer larger than allowed");
        }
        return result;
    }

  private:
    static constexpr std::size_t kEnvelopeBytes = 2048; // encode_result adds at most an Error

    // Kills the process unless it has been waited for.
    Error reap(Stopped stopped, std::string_view where) {
        if (pid_ > 0) {
            ::kill(pid_, SIGKILL);
            while (::waitpid(pid_, &wait_status_, 0) < 0 && errno == EINTR) {
            }
            pid_ = -1;
        }
        return ending_error(wait_status_, stopped, where);
    }

    // Sleeps until `fd` can be read. An error: time or memory is used up.
    Result<void> wait_for(int fd) {
        while (true) {
            pollfd wanted{fd, POLLIN, 0};
            const auto left = std::chrono::ceil<milliseconds>(deadline_ - Clock::now());
            const auto time = std::clamp(left, milliseconds{0}, kLook);
            const int ready = ::poll(&wanted, 1, static_cast<int>(time.count()));
            if (ready > 0) {
                return {};
            }
            if (holds_too_much()) {
                return fail(reap(Stopped::memory, {}));
            }
            if (Clock::now() >= deadline_) {
                return fail(reap(Stopped::deadline, {}));
            }
        }
    }

    bool holds_too_much() {
        if (!sizes_) {
            auto file = open_read_only(fmt::format("/proc/{}/statm", pid_));
            sizes_ = file ? std::move(*file) : UniqueFd();
        }
        return memory_sizes(sizes_.get()).resident_bytes >
               at_fork_.resident_bytes + limits_.memory_bytes * kResidentFactor;
    }

    // False: the end of the pipe.
    Result<bool> fill() {
        if (auto ready = wait_for(result_.get()); !ready) {
            return fail(std::move(ready).error());
        }
        const std::span<std::byte> room = inbox_.room();
        const ssize_t n = ::read(result_.get(), room.data(), room.size());
        if (n < 0 && errno != EINTR) {
            return fail(reap(Stopped::bad_answer, "its pipe failed"));
        }
        inbox_.filled(n > 0 ? static_cast<std::size_t>(n) : 0);
        return n != 0;
    }

    Error wait_for_end(std::string_view where) {
        int status = 0;
        if (::waitpid(pid_, &status, WNOHANG) == 0) { // closed the pipe, but is not gone yet
            const UniqueFd handle = open_pidfd(pid_);
            if (auto ready = wait_for(handle.get()); !ready) {
                return std::move(ready).error();
            }
            ::waitpid(pid_, &status, 0);
        }
        pid_ = -1;
        wait_status_ = status;
        ended_well_ = WIFEXITED(status) && WEXITSTATUS(status) == 0;
        return ending_error(status, Stopped::by_itself, where);
    }

    pid_t pid_;
    Limits limits_;
    MemorySizes at_fork_;
    UniqueFd result_;
    Clock::time_point deadline_;
    Inbox inbox_;
    UniqueFd sizes_; ///< /proc/PID/statm, opened when it is first needed.
    int wait_status_ = 0;
    bool ended_well_ = false;
};

// Compiled once: it costs more than a fork.
const Result<Filter>& filter_of_forks() {
    static const Result<Filter> filter = Filter::make({});
    return filter;
}

Result<Bytes> run_forked(const Limits& limits, std::span<const int> descriptors, const Body& body) {
    const auto& prepared = filter_of_forks();
    if (!prepared) {
        return fail(prepared.error());
    }
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
        return fail(Errc::io, fmt::format("no pipe: {}", std::strerror(errno)));
    }
    UniqueFd reading(ends[0]);
    UniqueFd writing(ends[1]);
    Plan plan;
    plan.limits = limits;
    plan.kept.assign(descriptors.begin(), descriptors.end());
    plan.kept.push_back(writing.get());
    if constexpr (kSanitized) {
        plan.kept.push_back(STDERR_FILENO); // for its reports
    }
    std::sort(plan.kept.begin(), plan.kept.end());
    plan.result = writing.get();
    plan.parent = ::getpid();
    if (auto sizes = open_read_only("/proc/self/statm")) {
        plan.at_fork = memory_sizes(sizes->get());
    }
    Filter filter = *prepared; // a copy, because installing writes the process's number into it
    const pid_t pid = ::fork();
    if (pid < 0) {
        return fail(Errc::io, fmt::format("no process: {}", std::strerror(errno)));
    }
    if (pid == 0) {
        run_body(plan, filter, body);
    }
    writing.reset();
    return Forked(pid, plan, std::move(reading)).answer();
}

} // namespace

Result<Bytes> run_confined(const Limits& limits, std::span<const int> descriptors,
                           const std::function<Result<Bytes>()>& body) {
    return run_forked(limits, descriptors, [&body](const Confinement&) { return body(); });
}

Confinement probe_confinement() {
    const auto report = run_forked({}, {}, [](const Confinement& confinement) -> Result<Bytes> {
        return encode_hello(confinement);
    });
    if (!report) {
        return {};
    }
    return decode_hello(*report).value_or(Confinement{});
}

} // namespace rempart::sandbox
