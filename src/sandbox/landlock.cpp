// SPDX-License-Identifier: Apache-2.0
#include "sandbox/landlock.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include <semaphore.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace rempart::sandbox {
namespace {

// struct landlock_ruleset_attr of Linux 6.12 (include/uapi/linux/landlock.h). Debian 12's header
// knows the first member only, but the running kernel may know more; the size tells it how much.
struct RulesetAttributes {
    std::uint64_t handled_access_fs;
    std::uint64_t handled_access_net;
    std::uint64_t scoped;
};

constexpr unsigned long kVersionFlag = 1; // LANDLOCK_CREATE_RULESET_VERSION

// How many bits of each member an ABI knows: Documentation/userspace-api/landlock.rst, "Previous
// limitations". ABI 2: refer, 3: truncate, 4: TCP bind and connect, 5: ioctl on devices, 6: scopes.
struct AbiBits {
    int abi;
    unsigned fs;
    unsigned net;
    unsigned scoped;
};
constexpr AbiBits kAbis[] = {{1, 13, 0, 0}, {2, 14, 0, 0}, {3, 15, 0, 0},
                             {4, 15, 2, 0}, {5, 16, 2, 0}, {6, 16, 2, 2}};

constexpr std::uint64_t low_bits(unsigned count) {
    return (std::uint64_t{1} << count) - 1;
}

struct Ruleset {
    int abi = 0;
    int fd = -1;
};

// A ruleset that handles all that the running kernel can, and allows nothing of it.
Ruleset make_ruleset() noexcept {
    const long abi = ::syscall(SYS_landlock_create_ruleset, nullptr, std::size_t{0}, kVersionFlag);
    if (abi < 1) {
        return {};
    }
    AbiBits bits = kAbis[0];
    for (const AbiBits& known : kAbis) {
        bits = known.abi <= abi ? known : bits;
    }
    RulesetAttributes attributes{low_bits(bits.fs), low_bits(bits.net), low_bits(bits.scoped)};
    const std::size_t size = bits.scoped != 0 ? 24 : bits.net != 0 ? 16 : 8;
    const long fd = ::syscall(SYS_landlock_create_ruleset, &attributes, size, 0UL);
    return {static_cast<int>(abi), static_cast<int>(fd)};
}

bool restrict_this_thread(int ruleset) noexcept {
    return ::syscall(SYS_landlock_restrict_self, ruleset, 0UL) == 0;
}

// What the signal handler of another thread needs and answers; there is no other way to it.
std::atomic<int> asked_ruleset{-1};
std::atomic<bool> did_restrict{false};
sem_t has_answered;

void restrict_on_signal(int /*signal*/) {
    const int errno_before = errno;
    did_restrict =
        ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && restrict_this_thread(asked_ruleset);
    ::sem_post(&has_answered);
    errno = errno_before;
}

std::vector<pid_t> other_threads() {
    std::vector<pid_t> threads;
    const pid_t self = ::gettid();
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/task", error)) {
        const std::string name = entry.path().filename();
        pid_t thread = 0;
        std::from_chars(name.data(), name.data() + name.size(), thread);
        if (thread > 0 && thread != self) {
            threads.push_back(thread);
        }
    }
    return threads;
}

// Whether `thread` is confined, or gone.
bool restrict_other(pid_t thread, int signal) {
    if (::syscall(SYS_tgkill, ::getpid(), thread, signal) != 0) {
        return errno == ESRCH;
    }
    timespec until{};
    ::clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += 1;
    while (::sem_timedwait(&has_answered, &until) != 0) {
        if (errno != EINTR) {
            return false;
        }
    }
    return did_restrict;
}

// Whether all threads that there are now are confined; `confined` gains those that were not.
bool restrict_new(std::set<pid_t>& confined, int signal) {
    return std::ranges::all_of(other_threads(), [&](pid_t thread) {
        return !confined.insert(thread).second || restrict_other(thread, signal);
    });
}

bool restrict_others(int signal) {
    std::set<pid_t> confined;
    std::size_t before = 0;
    do { // again, until no new one is found: one may have started another meanwhile
        before = confined.size();
        if (!restrict_new(confined, signal)) {
            return false;
        }
    } while (confined.size() != before);
    return true;
}

} // namespace

int deny_by_landlock() noexcept {
    const Ruleset ruleset = make_ruleset();
    if (ruleset.fd < 0) {
        return 0;
    }
    const bool restricted = restrict_this_thread(ruleset.fd);
    ::close(ruleset.fd);
    return restricted ? ruleset.abi : 0;
}

bool deny_other_threads_by_landlock() {
    const Ruleset ruleset = make_ruleset();
    if (ruleset.fd < 0) {
        return false;
    }
    const int signal = SIGRTMAX; // our choice: libraries begin at SIGRTMIN, if they use any
    struct sigaction action{};
    struct sigaction before{};
    action.sa_handler = restrict_on_signal;
    action.sa_flags = SA_RESTART;
    ::sigaction(signal, &action, &before);
    ::sem_init(&has_answered, 0, 0);
    asked_ruleset = ruleset.fd;
    const bool all = restrict_others(signal);
    if (all) { // else one may still answer, and finds what it needs
        ::sigaction(signal, &before, nullptr);
        ::sem_destroy(&has_answered);
    }
    ::close(ruleset.fd);
    return all;
}

} // namespace rempart::sandbox
