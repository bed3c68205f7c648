// SPDX-License-Identifier: Apache-2.0
// run_confined: what the body may do, and how each way of ending is told apart.
#include <array>
#include <filesystem>
#include <thread>

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "rempart/core/wire.hpp"
#include "rempart/sandbox/child.hpp"
#include "rempart/sandbox/confined.hpp"
#include "sandbox/deeds.hpp"
#include "sandbox/sanitized.hpp"
#include "support/result.hpp"

namespace rempart::sandbox {
namespace {

using std::chrono::milliseconds;
using namespace std::string_view_literals;

// The deadline is for machines that are slow or busy, or carry a sanitizer.
constexpr Limits kQuarterGib{.memory_bytes = std::uint64_t{256} << 20,
                             .deadline = milliseconds(120'000)};

Result<Bytes> done() {
    return Bytes(1);
}

Error error_after(std::string_view deed, const Limits& limits = kQuarterGib) {
    return error_of(run_confined(limits, {}, [deed] {
        do_deed(deed);
        return done();
    }));
}

std::ptrdiff_t open_descriptors() {
    const std::filesystem::directory_iterator entries("/proc/self/fd");
    return std::distance(begin(entries), end(entries));
}

TEST(RunConfined, GivesBackWhatTheBodyReturned) {
    const auto result = run_confined({}, {}, [] { return Result<Bytes>(Bytes(3, std::byte{7})); });
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_EQ(*result, Bytes(3, std::byte{7}));
    const auto nothing = run_confined({}, {}, [] { return Result<Bytes>(Bytes()); });
    ASSERT_TRUE(nothing) << nothing.error().message;
    EXPECT_TRUE(nothing->empty());
    const auto failed =
        run_confined({}, {}, []() -> Result<Bytes> { return fail(Errc::damaged, "block 7"); });
    EXPECT_EQ(error_of(failed), (Error{Errc::damaged, "block 7"}));
}

TEST(RunConfined, GivesBackAnAnswerOfManyPipeFills) {
    const auto result = run_confined({}, {}, []() -> Result<Bytes> {
        Bytes large(std::size_t{5} << 20);
        for (std::size_t i = 0; i < large.size(); ++i) {
            large[i] = static_cast<std::byte>(i * 31 >> 3);
        }
        return large;
    });
    ASSERT_TRUE(result) << result.error().message;
    ASSERT_EQ(result->size(), std::size_t{5} << 20);
    for (std::size_t i = 0; i < result->size(); i += 4097) {
        ASSERT_EQ((*result)[i], static_cast<std::byte>(i * 31 >> 3)) << i;
    }
}

TEST(RunConfined, ReadsAndMapsWhatItWasGivenAndNothingElse) {
    const auto given = make_memory_file("given");
    const auto withheld = make_memory_file("withheld");
    ASSERT_TRUE(given && withheld);
    ASSERT_TRUE(write_all(given->get(), bytes_of("invented evidence")));
    const std::array descriptors{given->get()};
    const auto result =
        run_confined({}, descriptors, [given = given->get(), withheld = withheld->get()] {
            WireWriter seen;
            Bytes read(8);
            seen.u8(read_at(given, 0, read).value_or(0) == 8 ? 1 : 0);
            void* mapped = ::mmap(nullptr, 17, PROT_READ | PROT_WRITE, MAP_SHARED, given, 0);
            seen.u8(mapped != MAP_FAILED ? 1 : 0);
            std::memcpy(mapped, "answered", 8);
            seen.u8(::fcntl(withheld, F_GETFD) < 0 && errno == EBADF ? 1 : 0);
            seen.u8(::fcntl(STDIN_FILENO, F_GETFD) < 0 ? 1 : 0);
            return Result<Bytes>(seen.take());
        });
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_EQ(*result, Bytes(4, std::byte{1}));
    Bytes after(17);
    ASSERT_TRUE(read_at(given->get(), 0, after));
    EXPECT_EQ(chars_of(after), "answered evidence");
}

TEST(RunConfined, WhatLibrariesTryFailsAndTheBodyGoesOn) {
    for (const auto& [deed, failure] : kHarmless) {
        const auto result = run_confined(kQuarterGib, {}, [deed = deed] {
            WireWriter writer;
            writer.u32(static_cast<std::uint32_t>(try_harmless_deed(deed)));
            return Result<Bytes>(writer.take());
        });
        ASSERT_TRUE(result) << deed << ": " << result.error().message;
        EXPECT_EQ(WireReader(*result).u32(), static_cast<std::uint32_t>(failure)) << deed;
    }
    EXPECT_FALSE(std::filesystem::exists("/tmp/rempart-escape"));
}

TEST(RunConfined, WhatNoLibraryTriesIsRefused) {
    for (const std::string_view deed : kForbidden) {
        const Error error = error_after(deed);
        EXPECT_EQ(name(error.code), "refused") << deed << ": " << error.message;
    }
}

TEST(RunConfined, AThreadIsAProcessToo) {
    const Error error = error_of(run_confined(kQuarterGib, {}, [] {
        std::thread([] {}).join();
        return done();
    }));
    EXPECT_EQ(name(error.code), "refused") << error.message;
}

TEST(RunConfined, ACrashIsNamedByItsSignal) {
    for (const auto& [deed, signal] : {std::pair{"segv", "SIGSEGV"},
                                       {"abort", "SIGABRT"},
                                       {"trap", "SIGTRAP"},
                                       {"overflow the stack", "SIGSEGV"}}) {
        const Error error = error_after(deed);
        EXPECT_EQ(name(error.code), "crashed") << deed;
        if (!kSanitized) { // whose run-time reports and exits
            EXPECT_NE(error.message.find(signal), std::string::npos) << error.message;
        }
    }
}

TEST(RunConfined, AnEndWithoutAnAnswerIsACrashEvenWithStatusZero) {
    EXPECT_EQ(error_after("exit"),
              (Error{Errc::crashed, "ended with status 0 before it answered"}));
}

TEST(RunConfined, AnEndlessLoopMeetsItsDeadline) {
    const Limits limits{.deadline = milliseconds(100)};
    EXPECT_EQ(error_after("loop", limits).code, Errc::deadline);
}

TEST(RunConfined, TooMuchMemoryIsToldHoweverItWasAskedFor) {
    for (const std::string_view deed : kMemory) {
        const Error error = error_after(deed);
        EXPECT_EQ(name(error.code), "memory") << deed << ": " << error.message;
    }
    for (const std::string_view deed : kMemoryOfC) {
        if (!kSanitized || !deed.ends_with("null pointer")) {
            const Error error = error_after(deed);
            EXPECT_EQ(name(error.code), "memory") << deed << ": " << error.message;
        }
    }
}

TEST(RunConfined, MemoryWithinTheLimitIsHad) {
    const auto result = run_confined(kQuarterGib, {}, [] {
        std::vector<char> room(std::size_t{100} << 20, 'x');
        used(room.data());
        return done();
    });
    EXPECT_TRUE(result) << result.error().message;
}

TEST(RunConfined, AnAnswerLargerThanAllowedIsABadAnswer) {
    const Limits limits{.max_answer_bytes = 100};
    EXPECT_TRUE(run_confined(limits, {}, [] { return Result<Bytes>(Bytes(100)); }));
    for (const std::size_t size : {std::size_t{101}, std::size_t{1} << 20}) {
        const auto result = run_confined(limits, {}, [size] { return Result<Bytes>(Bytes(size)); });
        EXPECT_EQ(error_of(result).code, Errc::bad_answer) << size;
    }
}

// The pipe for the answer is the only descriptor that the body was not given and has: hostile code
// finds it by trying.
void write_by_hand(std::string_view bytes) {
    for (int fd = 0; fd < 1024; ++fd) {
        if (fd != STDERR_FILENO && ::write(fd, bytes.data(), bytes.size()) > 0) {
            ::close(fd);
            return;
        }
    }
}

TEST(RunConfined, AForgedAnswerIsABadAnswerOrACrash) {
    const struct {
        std::string_view bytes;
        Errc code;
    } cases[] = {{"\0\0\0\0"sv, Errc::bad_answer},            // of no length
                 {"\xff\xff\xff\xff"sv, Errc::bad_answer},    // of 4 GiB
                 {"\3\0\0\0abc"sv, Errc::bad_answer},         // neither value nor error
                 {"\6\0\0\0\1\2\0\0\0a"sv, Errc::bad_answer}, // a value longer than itself
                 {"\x6\0\0\0\1\1\0\0\0ab"sv, Errc::crashed},  // one byte of a second one
                 {"\x6\0\0\0\1\1\0\0\0a\x6\0\0\0\1\1\0\0\0a"sv, Errc::bad_answer}, // two
                 {"\x9\0\0\0\1\4\0\0\0a"sv, Errc::crashed},                        // half of one
                 {"\x7\0\0\0\0\xff\1\0\0\0a"sv, Errc::bad_answer}, // an error without a name
                 {""sv, Errc::crashed}};
    for (const auto& [bytes, code] : cases) {
        const auto result = run_confined(kQuarterGib, {}, [bytes = bytes]() -> Result<Bytes> {
            write_by_hand(bytes);
            ::_exit(0);
        });
        const Error error = error_of(result);
        EXPECT_EQ(name(error.code), name(code)) << testing::PrintToString(bytes) << error.message;
    }
}

TEST(RunConfined, AnAnswerByAProcessThatDoesNotEndMeetsTheDeadline) {
    const Limits limits{.deadline = milliseconds(100)};
    const auto result = run_confined(limits, {}, [] {
        write_by_hand("\6\0\0\0\1\1\0\0\0a"sv);
        do_deed("loop");
        return done();
    });
    EXPECT_EQ(error_of(result).code, Errc::deadline);
}

TEST(RunConfined, LeavesNoDescriptorAndNoProcessBehind) {
    static_cast<void>(run_confined({}, {}, done)); // what is made once is made now
    const auto before = open_descriptors();
    for (int i = 0; i < 100; ++i) {
        ASSERT_TRUE(run_confined({}, {}, done));
    }
    static_cast<void>(error_after("segv"));
    static_cast<void>(error_after("loop", {.deadline = milliseconds(1)}));
    EXPECT_EQ(open_descriptors(), before);
    EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1); // no child at all
    EXPECT_EQ(errno, ECHILD);
}

// The pipe's other end is in the confined process alone once its parent is dead: its end of file
// is that process's end.
TEST(RunConfined, EndsWithItsParent) {
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    const UniqueFd reading(ends[0]);
    UniqueFd writing(ends[1]);
    const pid_t parent = ::fork();
    if (parent == 0) {
        const std::array kept{writing.get()};
        static_cast<void>(run_confined({}, kept, [fd = writing.get()] {
            static_cast<void>(::write(fd, "!", 1));
            do_deed("loop");
            return done();
        }));
        ::_exit(0);
    }
    writing.reset();
    char byte = 0;
    ASSERT_EQ(::read(reading.get(), &byte, 1), 1); // it runs
    ::kill(parent, SIGKILL);
    ::waitpid(parent, nullptr, 0);
    pollfd end{reading.get(), POLLIN, 0};
    ASSERT_EQ(::poll(&end, 1, 20'000), 1) << "the confined process outlived its parent";
    EXPECT_EQ(::read(reading.get(), &byte, 1), 0);
}

TEST(ProbeConfinement, FindsWhatThisKernelHas) {
    const Confinement found = probe_confinement();
    EXPECT_TRUE(found.no_new_privileges);
    EXPECT_TRUE(found.seccomp);
    EXPECT_TRUE(found.resource_limits);
    const long abi = ::syscall(SYS_landlock_create_ruleset, nullptr, std::size_t{0}, 1UL);
    EXPECT_EQ(found.landlock_abi, abi < 0 ? 0 : abi);
}

TEST(Confinement, IsDescribedForPeople) {
    EXPECT_EQ(Confinement{}.describe(), "none");
    EXPECT_EQ((Confinement{true, true, 7, true}).describe(),
              "seccomp, landlock 7, rlimits, no new privileges");
    EXPECT_EQ((Confinement{true, true, 0, false}).describe(), "seccomp, no new privileges");
}

} // namespace
} // namespace rempart::sandbox
