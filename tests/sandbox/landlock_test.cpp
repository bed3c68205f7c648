// SPDX-License-Identifier: Apache-2.0
// In a role the system-call filter answers first: here Landlock is tried alone, in a throw-away
// process, because it cannot be taken off again.
#include "sandbox/landlock.hpp"

#include <cerrno>
#include <csignal>
#include <semaphore>
#include <thread>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "sandbox/sanitized.hpp"

namespace rempart::sandbox {
namespace {

// The exit status of `body` in a process of its own.
template <typename Body>
int status_of(const Body& body) {
    const pid_t pid = ::fork();
    if (pid == 0) {
        ::_exit(body());
    }
    int status = 0;
    ::waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

// 0 if /etc/passwd can be opened, else the errno.
int errno_of_open() {
    const int fd = ::open("/etc/passwd", O_RDONLY | O_CLOEXEC);
    return fd >= 0 ? 0 : errno;
}

bool kernel_has_landlock() {
    return status_of([] {
               ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
               return deny_by_landlock();
           }) > 0;
}

TEST(Landlock, ClosesTheFileSystemForItsThread) {
    if (!kernel_has_landlock()) {
        GTEST_SKIP() << "this kernel has no Landlock";
    }
    EXPECT_EQ(errno_of_open(), 0);
    EXPECT_EQ(status_of([] {
                  ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
                  static_cast<void>(deny_by_landlock());
                  return errno_of_open();
              }),
              EACCES);
}

TEST(Landlock, IsRefusedToAProcessThatCouldGainPrivileges) {
    constexpr uid_t kNobody = 65'534;
    EXPECT_EQ(status_of([] {
                  if (::geteuid() == 0 && ::setresuid(kNobody, kNobody, kNobody) != 0) {
                      return 1; // root may use it without no_new_privs
                  }
                  return deny_by_landlock();
              }),
              0);
}

TEST(Landlock, ClosesTheFileSystemForThreadsThatRanBefore) {
    if (kThreadSanitizer || !kernel_has_landlock()) {
        GTEST_SKIP() << "no Landlock here, or a run-time that delays signals";
    }
    // This thread stays free, so that the other's refusal is its own.
    EXPECT_EQ(status_of([] {
                  std::binary_semaphore go{0};
                  int seen = -1;
                  std::thread other([&go, &seen] {
                      go.acquire();
                      seen = errno_of_open();
                  });
                  const bool all = deny_other_threads_by_landlock();
                  go.release();
                  other.join();
                  return all && errno_of_open() == 0 ? seen : 1;
              }),
              EACCES);
}

TEST(Landlock, SaysSoIfAThreadCannotBeReached) {
    EXPECT_EQ(status_of([] {
                  std::binary_semaphore blocked{0};
                  std::thread other([&blocked] {
                      sigset_t all{};
                      sigfillset(&all);
                      ::pthread_sigmask(SIG_SETMASK, &all, nullptr);
                      blocked.release();
                      while (true) {
                          ::pause();
                      }
                  });
                  other.detach();
                  blocked.acquire();
                  return deny_other_threads_by_landlock() ? 1 : 0;
              }),
              0);
}

} // namespace
} // namespace rempart::sandbox
