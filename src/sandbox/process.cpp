// SPDX-License-Identifier: Apache-2.0
#include "sandbox/process.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>

#include "sandbox/confine.hpp"
#include "sandbox/pidfd.hpp"
#include "sandbox/protocol.hpp"
#include "sandbox/sanitized.hpp"

namespace rempart::sandbox {
namespace {

constexpr int kReportFd = 5; // until exec, which closes it

Error start_error(int number) {
    const bool missing = number == ENOENT || number == ENOTDIR;
    return {missing ? Errc::not_found : Errc::io,
            fmt::format("a confined program cannot be started: {}", std::strerror(number))};
}

// Everything that the new process needs between fork and exec, where nothing may be allocated.
struct Plan {
    const char* program = nullptr;
    std::vector<char*> arguments;
    std::vector<char*> environment;
    std::uint64_t memory_bytes = 0;
    int channel = -1;
    int lifeline = -1;
    int report = -1;
    int null_device = -1;
};

// The descriptors of the new process, and no other. They are lifted first, so that none is
// overwritten before it is copied.
bool arrange_descriptors(const Plan& plan) noexcept {
    constexpr int kAbove = 16;
    const std::array sources{plan.null_device, plan.channel, plan.lifeline, plan.report};
    std::array<int, 4> lifted{};
    for (std::size_t i = 0; i < sources.size(); ++i) {
        lifted[i] = ::fcntl(sources[i], F_DUPFD_CLOEXEC, kAbove);
        if (lifted[i] < 0) {
            return false;
        }
    }
    bool done = ::dup2(lifted[0], STDIN_FILENO) >= 0 && ::dup2(lifted[0], STDOUT_FILENO) >= 0;
    done = done && (kSanitized || ::dup2(lifted[0], STDERR_FILENO) >= 0);
    done = done && ::dup2(lifted[1], kChannelFd) >= 0 && ::dup2(lifted[2], kLifelineFd) >= 0;
    done = done && ::dup3(lifted[3], kReportFd, O_CLOEXEC) >= 0;
    return done && ::close_range(kReportFd + 1, ~0U, 0) == 0;
}

// The kernel kills this process when the last writing end of the lifeline closes. Set up after the
// descriptor is in place: the registration is per descriptor.
bool hold_lifeline() noexcept {
    return ::fcntl(kLifelineFd, F_SETOWN, ::getpid()) == 0 &&
           ::fcntl(kLifelineFd, F_SETSIG, SIGKILL) == 0 &&
           ::fcntl(kLifelineFd, F_SETFL, O_ASYNC | O_NONBLOCK) == 0;
}

// The parent may have died before the registration: then nobody else writes and this reads an end.
bool parent_is_there() noexcept {
    char byte = 0;
    return ::read(kLifelineFd, &byte, 1) < 0 && errno == EAGAIN;
}

[[noreturn]] void become_role(const Plan& plan) noexcept {
    for (int signal = 1; signal < NSIG; ++signal) {
        ::signal(signal, SIG_DFL); // refused for a few, which have no other state
    }
    sigset_t none{};
    sigemptyset(&none);
    const bool ready = ::setsid() >= 0 && arrange_descriptors(plan) && hold_lifeline() &&
                       parent_is_there() && set_fixed_limits(plan.memory_bytes) &&
                       ::sigprocmask(SIG_SETMASK, &none, nullptr) == 0;
    if (ready) {
        ::execve(plan.program, plan.arguments.data(), plan.environment.data());
    }
    const int number = errno;
    [[maybe_unused]] const auto written = ::write(kReportFd, &number, sizeof number);
    ::_exit(1);
}

// The options that a sanitizer's run-time needs under confinement: no leak check, which starts a
// process; little memory kept back after free, because resident memory is what is limited.
std::vector<std::string> environment_of_role() {
    std::vector<std::string> environment;
    if constexpr (kSanitized) {
        const auto keep = [&environment](const char* name, std::string_view more) {
            const char* value = std::getenv(name);
            environment.push_back(fmt::format("{}={}{}{}", name, value == nullptr ? "" : value,
                                              value == nullptr || *value == '\0' ? "" : ":", more));
        };
        keep("ASAN_OPTIONS", "detect_leaks=0:quarantine_size_mb=16");
        keep("UBSAN_OPTIONS", "print_stacktrace=0");
        keep("TSAN_OPTIONS", "die_after_fork=0");
    }
    return environment;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
    std::vector<char*> pointers;
    pointers.reserve(texts.size() + 1);
    for (std::string& text : texts) {
        pointers.push_back(text.data());
    }
    pointers.push_back(nullptr);
    return pointers;
}

// Forks with all signals blocked, so that no handler of ours runs in the new process.
pid_t fork_role(const Plan& plan) {
    sigset_t all{};
    sigset_t before{};
    sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    const pid_t pid = ::fork();
    if (pid == 0) {
        become_role(plan);
    }
    const int number = errno;
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    errno = number;
    return pid;
}

// What the new process reports before exec: nothing if exec succeeded, which closes the pipe.
int reported_errno(int report) {
    int number = 0;
    ssize_t n = 0;
    do {
        n = ::read(report, &number, sizeof number);
    } while (n < 0 && errno == EINTR);
    return n == sizeof number ? number : 0;
}

struct Pipe {
    UniqueFd reading;
    UniqueFd writing;
};

Result<Pipe> make_pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
        return fail(start_error(errno));
    }
    return Pipe{UniqueFd(ends[0]), UniqueFd(ends[1])};
}

} // namespace

Result<StartedProcess> start_process(const ChildSpec& spec) {
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
        return fail(start_error(errno));
    }
    StartedProcess process;
    process.channel.reset(ends[0]);
    const UniqueFd child_end(ends[1]);
    auto lifeline = make_pipe();
    auto report = make_pipe();
    const UniqueFd null_device(::open("/dev/null", O_RDWR | O_CLOEXEC));
    if (!lifeline || !report || !null_device) {
        return fail(Errc::io, "a confined program cannot be started: no descriptors left");
    }
    std::vector<std::string> arguments{spec.program.filename().string()};
    arguments.insert(arguments.end(), spec.arguments.begin(), spec.arguments.end());
    std::vector<std::string> environment = environment_of_role();
    const Plan plan{.program = spec.program.c_str(),
                    .arguments = pointers_to(arguments),
                    .environment = pointers_to(environment),
                    .memory_bytes = spec.limits.memory_bytes,
                    .channel = child_end.get(),
                    .lifeline = lifeline->reading.get(),
                    .report = report->writing.get(),
                    .null_device = null_device.get()};
    process.pid = fork_role(plan);
    if (process.pid < 0) {
        return fail(start_error(errno));
    }
    process.lifeline = std::move(lifeline->writing);
    report->writing.reset();
    process.handle = open_pidfd(process.pid);
    const int handle_errno = errno;
    const int number = reported_errno(report->reading.get());
    if (number != 0 || !process.handle) {
        ::kill(process.pid, SIGKILL);
        ::waitpid(process.pid, nullptr, 0);
        return fail(start_error(number != 0 ? number : handle_errno));
    }
    return process;
}

} // namespace rempart::sandbox
