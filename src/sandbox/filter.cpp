// SPDX-License-Identifier: Apache-2.0
#include "sandbox/filter.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <initializer_list>
#include <memory>

#include <fcntl.h>
#include <linux/fs.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <fmt/format.h>

#include "rempart/core/fd.hpp"
#include "sandbox/sanitized.hpp"

namespace rempart::sandbox {
namespace {

// Allowed with any arguments. Each works on memory, on the process itself, or on descriptors that
// were handed over; none takes a path or makes a descriptor that reaches outside.
constexpr std::array kAllowed{
    // descriptors at hand: evidence is read, the channel is read and written
    SCMP_SYS(read), SCMP_SYS(readv), SCMP_SYS(pread64), SCMP_SYS(preadv), SCMP_SYS(write),
    SCMP_SYS(writev), SCMP_SYS(lseek), SCMP_SYS(fstat), SCMP_SYS(fadvise64), SCMP_SYS(dup),
    SCMP_SYS(sendmsg), SCMP_SYS(recvmsg), SCMP_SYS(sendto), SCMP_SYS(recvfrom), SCMP_SYS(poll),
    SCMP_SYS(ppoll),
    // memory (mmap and mprotect have rules of their own)
    SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(brk), SCMP_SYS(madvise), SCMP_SYS(futex),
    SCMP_SYS(membarrier),
    // time, randomness, who am I
    SCMP_SYS(clock_gettime), SCMP_SYS(clock_getres), SCMP_SYS(clock_nanosleep), SCMP_SYS(nanosleep),
    SCMP_SYS(gettimeofday), SCMP_SYS(time), SCMP_SYS(times), SCMP_SYS(getrandom), SCMP_SYS(getpid),
    SCMP_SYS(gettid), SCMP_SYS(getuid), SCMP_SYS(geteuid), SCMP_SYS(getgid), SCMP_SYS(getegid),
    SCMP_SYS(uname), SCMP_SYS(sysinfo), SCMP_SYS(getrusage), SCMP_SYS(getrlimit),
    SCMP_SYS(sched_yield), SCMP_SYS(sched_getaffinity), SCMP_SYS(getcpu),
    // signals to itself, and the end
    SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn), SCMP_SYS(sigaltstack),
    SCMP_SYS(restart_syscall), SCMP_SYS(exit), SCMP_SYS(exit_group)};

// A second thread needs these; clone itself has a rule of its own.
constexpr std::array kAllowedWithThreads{SCMP_SYS(set_robust_list), SCMP_SYS(rseq),
                                         SCMP_SYS(sched_getparam), SCMP_SYS(sched_getscheduler)};

// UBSan asks through a pipe whether an address can be read; reports need the rest.
constexpr std::array kAllowedInSanitizedBuilds{
    SCMP_SYS(pipe), SCMP_SYS(pipe2),   SCMP_SYS(set_robust_list),
    SCMP_SYS(rseq), SCMP_SYS(getppid), SCMP_SYS(mincore)};

// What libraries try on their way and go on without: a configuration file, a temporary file, the
// time zone. It fails as if permission were missing.
constexpr std::array kDeniedWithEacces{
    SCMP_SYS(open),       SCMP_SYS(openat),    SCMP_SYS(openat2),    SCMP_SYS(creat),
    SCMP_SYS(access),     SCMP_SYS(faccessat), SCMP_SYS(faccessat2), SCMP_SYS(stat),
    SCMP_SYS(lstat),      SCMP_SYS(statfs),    SCMP_SYS(fstatfs),    SCMP_SYS(readlink),
    SCMP_SYS(readlinkat), SCMP_SYS(getcwd),    SCMP_SYS(chdir),      SCMP_SYS(unlink),
    SCMP_SYS(unlinkat),   SCMP_SYS(mkdir),     SCMP_SYS(mkdirat),    SCMP_SYS(rmdir),
    SCMP_SYS(rename),     SCMP_SYS(renameat),  SCMP_SYS(renameat2),  SCMP_SYS(ftruncate),
    SCMP_SYS(fallocate),  SCMP_SYS(pwrite64),  SCMP_SYS(utimensat),  SCMP_SYS(fchmod),
    SCMP_SYS(getdents64)};

constexpr std::array kDeniedWithEperm{SCMP_SYS(socket),
                                      SCMP_SYS(socketpair),
                                      SCMP_SYS(getsockopt),
                                      SCMP_SYS(setsockopt),
                                      SCMP_SYS(shutdown),
                                      SCMP_SYS(setrlimit),
                                      SCMP_SYS(getpriority),
                                      SCMP_SYS(setpriority),
                                      SCMP_SYS(sched_setaffinity),
                                      SCMP_SYS(sched_setscheduler),
                                      SCMP_SYS(sched_setparam),
                                      SCMP_SYS(memfd_create),
                                      SCMP_SYS(eventfd2),
                                      SCMP_SYS(epoll_create1),
                                      SCMP_SYS(inotify_init1),
                                      SCMP_SYS(mlock),
                                      SCMP_SYS(munlock),
                                      SCMP_SYS(umask),
                                      SCMP_SYS(dup2),
                                      SCMP_SYS(dup3)};

// Newer forms of calls that are allowed: a library that hears ENOSYS takes the older one.
constexpr std::array kNotThere{SCMP_SYS(statx), SCMP_SYS(clone3), SCMP_SYS(close_range)};

// Stands for the process's own number until the filter is installed, in the process that it is for.
constexpr std::uint32_t kOwnPidMark = 0x5EA1'ED01;

constexpr std::uint64_t kNewNamespaces = CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS |
                                         CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET;

struct ContextRelease {
    void operator()(void* context) const { seccomp_release(context); }
};

// Collects rules; remembers the first failure.
class Rules {
  public:
    explicit Rules(scmp_filter_ctx context) : context_(context) {}

    void set(std::uint32_t action, int call, std::initializer_list<scmp_arg_cmp> conditions = {}) {
        const int result = seccomp_rule_add_array(
            context_, action, call, static_cast<unsigned>(conditions.size()), conditions.begin());
        // EDOM: a call that this architecture does not have; EEXIST: the same rule a second time
        if (result != 0 && result != -EDOM && result != -EEXIST && failure_ == 0) {
            failure_ = -result;
        }
    }
    void set_all(std::uint32_t action, std::span<const int> calls) {
        for (const int call : calls) {
            set(action, call);
        }
    }
    [[nodiscard]] int failure() const { return failure_; }

  private:
    scmp_filter_ctx context_;
    int failure_ = 0;
};

// Rules that look at arguments. For each call the conditions are complementary, because libseccomp
// does not order rules: what no rule matches falls to the default, which kills.
void add_conditional(Rules& rules, const FilterSpec& spec) {
    const std::uint32_t denied = SCMP_ACT_ERRNO(EPERM);
    for (const int call : {SCMP_SYS(mmap), SCMP_SYS(mprotect)}) { // no new code
        rules.set(SCMP_ACT_ALLOW, call, {{2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0}});
        rules.set(SCMP_ACT_ERRNO(EACCES), call, {{2, SCMP_CMP_MASKED_EQ, PROT_EXEC, PROT_EXEC}});
    }
    // fstat of glibc 2.33 and later is newfstatat with AT_EMPTY_PATH
    rules.set(SCMP_ACT_ALLOW, SCMP_SYS(newfstatat),
              {{3, SCMP_CMP_MASKED_EQ, AT_EMPTY_PATH, AT_EMPTY_PATH}});
    rules.set(SCMP_ACT_ERRNO(EACCES), SCMP_SYS(newfstatat),
              {{3, SCMP_CMP_MASKED_EQ, AT_EMPTY_PATH, 0}});
    for (const int command :
         {F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_DUPFD_CLOEXEC, F_GET_SEALS, F_ADD_SEALS}) {
        rules.set(SCMP_ACT_ALLOW, SCMP_SYS(fcntl),
                  {{1, SCMP_CMP_EQ, static_cast<scmp_datum_t>(command), 0}});
    }
    for (const int command : {F_SETFL, F_GETLK, F_SETLK, F_SETLKW}) {
        rules.set(denied, SCMP_SYS(fcntl),
                  {{1, SCMP_CMP_EQ, static_cast<scmp_datum_t>(command), 0}});
    }
    rules.set(SCMP_ACT_ALLOW, SCMP_SYS(ioctl), {{1, SCMP_CMP_EQ, BLKGETSIZE64, 0}});
    rules.set(SCMP_ACT_ERRNO(ENOTTY), SCMP_SYS(ioctl), {{1, SCMP_CMP_NE, BLKGETSIZE64, 0}});
    rules.set(SCMP_ACT_ALLOW, SCMP_SYS(prctl), {{0, SCMP_CMP_EQ, PR_SET_NAME, 0}});
    rules.set(denied, SCMP_SYS(prctl), {{0, SCMP_CMP_NE, PR_SET_NAME, 0}});
    // limits may be read, not set
    rules.set(SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), {{2, SCMP_CMP_EQ, 0, 0}});
    rules.set(denied, SCMP_SYS(prlimit64), {{2, SCMP_CMP_NE, 0, 0}});
    rules.set(SCMP_ACT_ALLOW, SCMP_SYS(tgkill), {{0, SCMP_CMP_EQ, kOwnPidMark, 0}}); // abort()
    if (spec.keep_open >= 0) {
        const auto kept = static_cast<scmp_datum_t>(spec.keep_open);
        rules.set(SCMP_ACT_ALLOW, SCMP_SYS(close), {{0, SCMP_CMP_NE, kept, 0}});
        rules.set(denied, SCMP_SYS(close), {{0, SCMP_CMP_EQ, kept, 0}});
    } else {
        rules.set(SCMP_ACT_ALLOW, SCMP_SYS(close));
    }
    if (spec.threads == Threads::allowed) { // a thread, never a process, never a new namespace
        rules.set(SCMP_ACT_ALLOW, SCMP_SYS(clone),
                  {{0, SCMP_CMP_MASKED_EQ, CLONE_THREAD | kNewNamespaces, CLONE_THREAD}});
    }
}

// libseccomp 2.5 writes the program to a descriptor only.
Result<std::vector<sock_filter>> exported(scmp_filter_ctx context) {
    auto file = make_memory_file("filter");
    if (!file) {
        return fail(std::move(file).error());
    }
    if (const int result = seccomp_export_bpf(context, file->get()); result != 0) {
        return fail(Errc::io, fmt::format("no filter program: {}", std::strerror(-result)));
    }
    const auto size_bytes = size_of(file->get());
    if (!size_bytes) {
        return fail(size_bytes.error());
    }
    std::vector<sock_filter> program(*size_bytes / sizeof(sock_filter));
    const auto read = read_at(file->get(), 0, std::as_writable_bytes(std::span(program)));
    if (!read) {
        return fail(read.error());
    }
    return program;
}

} // namespace

Result<Filter> Filter::make(const FilterSpec& spec) {
    // In sanitized builds a forbidden call raises SIGSYS first, so that its number can be reported.
    const std::uint32_t default_action = kSanitized ? SCMP_ACT_TRAP : SCMP_ACT_KILL_PROCESS;
    const std::unique_ptr<void, ContextRelease> context(seccomp_init(default_action));
    if (context == nullptr) {
        return fail(Errc::unsupported, "no system-call filter on this machine");
    }
    seccomp_attr_set(context.get(), SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
    seccomp_attr_set(context.get(), SCMP_FLTATR_CTL_OPTIMIZE, 2); // a tree: quicker to load
    Rules rules(context.get());
    rules.set_all(SCMP_ACT_ALLOW, kAllowed);
    if (spec.threads == Threads::allowed || kSanitized) {
        rules.set_all(SCMP_ACT_ALLOW, kAllowedWithThreads);
    }
    if constexpr (kSanitized) {
        rules.set_all(SCMP_ACT_ALLOW, kAllowedInSanitizedBuilds);
    }
    rules.set_all(SCMP_ACT_ERRNO(EACCES), kDeniedWithEacces);
    rules.set_all(SCMP_ACT_ERRNO(EPERM), kDeniedWithEperm);
    rules.set_all(SCMP_ACT_ERRNO(ENOSYS), kNotThere);
    add_conditional(rules, spec);
    if (rules.failure() != 0) {
        return fail(Errc::unsupported,
                    fmt::format("a filter rule is refused: {}", std::strerror(rules.failure())));
    }
    auto program = exported(context.get());
    if (!program) {
        return fail(std::move(program).error());
    }
    Filter filter;
    filter.program_ = std::move(*program);
    return filter;
}

int Filter::install() noexcept {
    const auto own_pid = static_cast<std::uint32_t>(::getpid());
    for (sock_filter& instruction : program_) {
        if (BPF_CLASS(instruction.code) == BPF_JMP && instruction.k == kOwnPidMark) {
            instruction.k = own_pid;
        }
    }
    const sock_fprog program{static_cast<unsigned short>(program_.size()), program_.data()};
    const long result =
        ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program);
    return result == 0 ? 0 : result > 0 ? EBUSY : errno; // > 0: a thread that cannot follow
}

} // namespace rempart::sandbox
