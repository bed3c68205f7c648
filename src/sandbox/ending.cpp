// SPDX-License-Identifier: Apache-2.0
#include "sandbox/ending.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <new>

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>

#include "sandbox/sanitized.hpp"

namespace rempart::sandbox {
namespace {

[[noreturn]] void exit_for_memory() {
    ::_exit(kMemoryStatus);
}

// Whether the address space is used up but for a little: less than 4 MiB can be had, our choice.
bool address_space_is_exhausted() noexcept {
    constexpr std::size_t kProbeBytes = std::size_t{4} << 20;
    void* probe = ::mmap(nullptr, kProbeBytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (probe == MAP_FAILED) {
        return true;
    }
    ::munmap(probe, kProbeBytes);
    return false;
}

// C libraries abort, trap or run into a null pointer when malloc fails. glibc's malloc leaves
// ENOMEM in errno then; where it was overwritten, the probe still sees a slowly filled space.
void on_crash(int signal) {
    if (errno == ENOMEM || address_space_is_exhausted()) {
        exit_for_memory();
    }
    ::raise(signal); // the handler is reset: this one ends the process
}

// Only in sanitized builds: says which call is missing in the filter, for the developer.
void on_forbidden_call(int signal, siginfo_t* info, void* /*context*/) {
    std::array<char, 64> line{};
    const int size =
        std::snprintf(line.data(), line.size(), "confined: system call %d\n", info->si_syscall);
    [[maybe_unused]] const auto written =
        ::write(STDERR_FILENO, line.data(), static_cast<std::size_t>(size));
    ::raise(signal);
}

std::string_view signal_text(int signal) {
    const char* name = ::sigabbrev_np(signal);
    return name == nullptr ? "?" : name;
}

} // namespace

Error ending_error(int wait_status, Stopped stopped, std::string_view where) {
    switch (stopped) {
    case Stopped::deadline: return {Errc::deadline, "stopped: it took longer than allowed"};
    case Stopped::memory: return {Errc::memory, "stopped: it held more memory than allowed"};
    case Stopped::bad_answer: return {Errc::bad_answer, fmt::format("stopped: {}", where)};
    case Stopped::on_request: return {Errc::interrupted, "stopped on request"};
    case Stopped::by_itself: break;
    }
    if (WIFSIGNALED(wait_status)) {
        const int signal = WTERMSIG(wait_status);
        if (signal == SIGSYS) {
            return {Errc::refused, "stopped by its confinement: a forbidden system call"};
        }
        if (signal == SIGXFSZ) {
            return {Errc::memory, "stopped by its confinement: a file grew too large"};
        }
        return {Errc::crashed, fmt::format("ended by SIG{} {}", signal_text(signal), where)};
    }
    const int status = WEXITSTATUS(wait_status);
    if (status == kMemoryStatus) {
        return {Errc::memory, "needed more memory than allowed"};
    }
    if (status == kUnconfinedStatus) {
        return {Errc::unsupported, "this kernel offers no system-call filter"};
    }
    const int code = status - kErrorStatusBase;
    if (code == static_cast<int>(Errc::memory)) {
        return {Errc::memory, "gave up: it needed more memory than allowed"};
    }
    if (code >= 0 && code <= static_cast<int>(kLastErrc)) {
        return {Errc::crashed, fmt::format("gave up {}: {}", where, name(static_cast<Errc>(code)))};
    }
    return {Errc::crashed, fmt::format("ended with status {} {}", status, where)};
}

void report_exhausted_memory() noexcept {
    std::set_new_handler(exit_for_memory);
    struct sigaction action{};
    action.sa_flags = static_cast<int>(SA_RESETHAND | SA_NODEFER | SA_ONSTACK);
    if constexpr (kSanitized) { // the run-time has handlers of its own for the rest
        action.sa_sigaction = on_forbidden_call;
        action.sa_flags |= SA_SIGINFO;
        ::sigaction(SIGSYS, &action, nullptr);
        return;
    }
    // A stack overflow leaves no room for a handler on the stack itself.
    alignas(16) static std::array<std::byte, 16384> stack;
    const stack_t alternative{stack.data(), 0, stack.size()};
    ::sigaltstack(&alternative, nullptr);
    action.sa_handler = on_crash;
    for (const int signal : {SIGABRT, SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGFPE}) {
        ::sigaction(signal, &action, nullptr);
    }
}

} // namespace rempart::sandbox
