// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// What confined code may do wrong, by name: for the tests of Child and of run_confined.

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include <fcntl.h>
#include <linux/io_uring.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

namespace rempart::sandbox {

/// Keeps the compiler from seeing that nobody uses what lies at `memory`.
inline void used(void* memory) {
    asm volatile("" : : "r"(memory) : "memory");
}

/// A step of recursion that is never a loop and never ends by itself.
// NOLINTNEXTLINE(misc-no-recursion): it is there to overflow the stack
inline std::size_t overflow_stack(std::size_t depth) {
    volatile char frame[4096];
    frame[depth % sizeof frame] = 1;
    return depth == ~std::size_t{0} ? 0 : overflow_stack(depth + 1) + std::size_t(frame[7]);
}

/// Ends of a process.
inline void do_ending_deed(std::string_view deed) {
    if (deed == "segv") {
        volatile int* nowhere = nullptr;
        *nowhere = 1;
    } else if (deed == "abort") {
        std::abort();
    } else if (deed == "trap") {
        ::raise(SIGTRAP);
    } else if (deed == "overflow the stack") {
        static_cast<void>(overflow_stack(0));
    } else if (deed == "exit") {
        ::_exit(0);
    } else if (deed == "loop") {
        while (true) {
            used(nullptr); // a loop without effects may be taken away
        }
    }
}

/// Ways to ask for too much memory. Each holds on to what it gets.
inline void do_memory_deed(std::string_view deed) {
    if (deed == "huge vector") {
        std::vector<char> room(std::size_t{2} << 30, 'x');
        used(room.data());
    } else if (deed == "slow growth") {
        std::vector<std::vector<char>> pieces;
        for (int i = 0; i < 100'000; ++i) {
            pieces.emplace_back(std::size_t{1} << 16, 'x');
            used(pieces.back().data());
        }
    } else if (deed == "malloc, then abort" || deed == "malloc, then trap" ||
               deed == "malloc, then null pointer") {
        char* room = static_cast<char*>(std::malloc(std::size_t{2} << 30)); // NOLINT: as C does
        if (room == nullptr && deed.ends_with("abort")) {
            std::abort();
        }
        if (room == nullptr && deed.ends_with("trap")) {
            ::raise(SIGTRAP);
        }
        std::memset(room, 'x', std::size_t{2} << 30);
        used(room);
    } else if (deed == "many small mallocs, then abort") {
        while (void* piece = std::malloc(1000)) { // NOLINT: as C does
            std::memset(piece, 'x', 1000);
            used(piece);
        }
        errno = EACCES; // a library on its way out tries to open a message catalogue
        std::abort();
    }
}

/// Calls that confinement answers with SIGSYS.
inline void do_forbidden_deed(std::string_view deed) {
    if (deed == "fork") {
        static_cast<void>(::fork());
    } else if (deed == "vfork") {
        ::syscall(SYS_vfork);
    } else if (deed == "execve") {
        char name[] = "/bin/true";
        char* arguments[] = {name, nullptr};
        ::execve(name, arguments, nullptr);
    } else if (deed == "kill the parent") {
        ::syscall(SYS_kill, 1, 0); // 1: never ours; 0: nothing would happen
    } else if (deed == "tgkill the parent") {
        ::syscall(SYS_tgkill, 1, 1, 0);
    } else if (deed == "ptrace") {
        ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
    } else if (deed == "connect") {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        static_cast<void>(
            ::connect(3, reinterpret_cast<const sockaddr*>(&address), sizeof address));
    } else if (deed == "io_uring") {
        io_uring_params parameters{};
        ::syscall(SYS_io_uring_setup, 1, &parameters);
    } else if (deed == "new namespace") {
        ::syscall(SYS_unshare, CLONE_NEWUSER);
    } else if (deed == "read another process") {
        ::syscall(SYS_process_vm_readv, 1, nullptr, 0, nullptr, 0, 0);
    } else if (deed == "own descriptor's signal") {
        ::fcntl(4, F_SETSIG, 0);
    } else if (deed == "keyring") {
        ::syscall(SYS_add_key, "user", "x", "y", 1, 0);
    }
}

/// Calls that fail, so that libraries go on. The errno of the failure; 0 if it did not fail.
inline int try_harmless_deed(std::string_view deed) {
    int result = 0;
    if (deed == "open a file") {
        result = ::open("/etc/passwd", O_RDONLY | O_CLOEXEC);
    } else if (deed == "create a file") {
        result = ::open("/tmp/rempart-escape", O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    } else if (deed == "look at a file") {
        struct stat status{};
        result = ::stat("/etc/passwd", &status);
    } else if (deed == "remove a file") {
        result = ::unlink("/tmp/rempart-escape");
    } else if (deed == "list a folder") {
        result = ::open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    } else if (deed == "internet socket") {
        result = ::socket(AF_INET, SOCK_STREAM, 0);
    } else if (deed == "local socket") {
        result = ::socket(AF_UNIX, SOCK_STREAM, 0);
    } else if (deed == "code in new memory") {
        result = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED
                     ? -1
                     : 0;
    } else if (deed == "code in old memory") {
        void* page =
            ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        result = ::mprotect(page, 4096, PROT_READ | PROT_EXEC);
    } else if (deed == "raise a limit") {
        const rlimit none{RLIM_INFINITY, RLIM_INFINITY};
        result = ::setrlimit(RLIMIT_AS, &none);
    } else if (deed == "become dumpable") {
        result = ::prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
    } else if (deed == "outlive the parent") {
        result = ::prctl(PR_SET_PDEATHSIG, 0, 0, 0, 0);
    } else if (deed == "new memory file") {
        result = static_cast<int>(::syscall(SYS_memfd_create, "x", 0));
    } else if (deed == "close the lifeline") {
        result = ::close(4);
    } else if (deed == "unblock the lifeline") {
        result = ::fcntl(4, F_SETFL, 0);
    }
    return result < 0 ? errno : 0;
}

/// Any of them by name. Returns if it was survived.
inline void do_deed(std::string_view deed) {
    do_ending_deed(deed);
    do_memory_deed(deed);
    do_forbidden_deed(deed);
}

inline constexpr std::string_view kForbidden[] = {"fork",
                                                  "vfork",
                                                  "execve",
                                                  "kill the parent",
                                                  "tgkill the parent",
                                                  "ptrace",
                                                  "connect",
                                                  "io_uring",
                                                  "new namespace",
                                                  "read another process",
                                                  "own descriptor's signal",
                                                  "keyring"};

/// As C libraries run out of memory. A sanitizer's malloc does not fail as glibc's does, so that
/// there only those that touch what they got can be tried.
inline constexpr std::string_view kMemory[] = {"huge vector", "slow growth"};
inline constexpr std::string_view kMemoryOfC[] = {"malloc, then abort", "malloc, then trap",
                                                  "malloc, then null pointer",
                                                  "many small mallocs, then abort"};

struct HarmlessDeed {
    std::string_view name;
    int failure;
};
inline constexpr HarmlessDeed kHarmless[] = {
    {"open a file", EACCES},   {"create a file", EACCES},      {"look at a file", EACCES},
    {"remove a file", EACCES}, {"list a folder", EACCES},      {"internet socket", EPERM},
    {"local socket", EPERM},   {"code in new memory", EACCES}, {"code in old memory", EACCES},
    {"raise a limit", EPERM},  {"become dumpable", EPERM},     {"outlive the parent", EPERM},
    {"new memory file", EPERM}};

} // namespace rempart::sandbox
