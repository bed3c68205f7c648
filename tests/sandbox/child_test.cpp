// SPDX-License-Identifier: Apache-2.0
// Child: talk with a role program, and how each way of its ending is told apart.
#include "rempart/sandbox/child.hpp"

#include <array>
#include <filesystem>
#include <memory>
#include <thread>

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "rempart/core/wire.hpp"
#include "sandbox/deeds.hpp"
#include "sandbox/protocol.hpp"
#include "sandbox/sanitized.hpp"
#include "support/result.hpp"

namespace rempart::sandbox {
namespace {

using std::chrono::milliseconds;

// The deadline is for machines that are slow or busy, or carry a sanitizer.
constexpr Limits kQuarterGib{.memory_bytes = std::uint64_t{256} << 20,
                             .deadline = milliseconds(120'000)};

ChildSpec hostile(std::string how = "serve", const Limits& limits = kQuarterGib) {
    const auto here = std::filesystem::read_symlink("/proc/self/exe").parent_path();
    return {.program = here / "hostile_program", .arguments = {std::move(how)}, .limits = limits};
}

// Null, with the test failed, if it cannot be started.
std::unique_ptr<Child> started(const ChildSpec& spec = hostile()) {
    auto child = Child::start(spec);
    if (!child) {
        ADD_FAILURE() << name(child.error().code) << ": " << child.error().message;
        return nullptr;
    }
    return std::make_unique<Child>(std::move(*child));
}

// The error of a child that is given one request.
Error error_after(std::string_view request, const Limits& limits = kQuarterGib) {
    auto child = started(hostile("serve", limits));
    if (!child) {
        return {};
    }
    const auto answer = child->call(bytes_of(request));
    EXPECT_FALSE(child->alive()) << request;
    return error_of(answer);
}

std::string answer_to(std::string_view request, std::string how = "serve") {
    auto child = started(hostile(std::move(how)));
    const auto answer = child ? child->call(bytes_of(request)) : fail(Errc::io, "not started");
    return answer ? std::string(chars_of(*answer)) : answer.error().message;
}

std::ptrdiff_t open_descriptors() {
    const std::filesystem::directory_iterator entries("/proc/self/fd");
    return std::distance(begin(entries), end(entries));
}

TEST(Child, AnswersRequestAfterRequest) {
    auto child = started();
    ASSERT_TRUE(child);
    for (int i = 0; i < 1000; ++i) {
        const std::string text = "echo " + std::to_string(i);
        const auto answer = child->call(bytes_of(text));
        ASSERT_TRUE(answer) << answer.error().message;
        ASSERT_EQ(chars_of(*answer), text.substr(5));
    }
    EXPECT_TRUE(child->alive());
    EXPECT_GT(child->peak_memory_bytes(), 100'000U);
}

TEST(Child, SaysWhatConfinesIt) {
    auto child = started();
    ASSERT_TRUE(child);
    EXPECT_EQ(child->confinement(), probe_confinement());
    EXPECT_TRUE(child->confinement().seccomp);
}

TEST(Child, TakesARequestAndGivesAnAnswerOfManyMegabytes) {
    auto child = started();
    ASSERT_TRUE(child);
    std::string text = "echo ";
    for (int i = 0; text.size() < (std::size_t{10} << 20); ++i) {
        text += std::to_string(i);
    }
    const auto answer = child->call(bytes_of(text));
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_TRUE(chars_of(*answer) == std::string_view(text).substr(5));
}

TEST(Child, ReadsADescriptorThatIsHandedOver) {
    auto child = started();
    const auto file = make_memory_file("evidence");
    ASSERT_TRUE(child && file && write_all(file->get(), bytes_of("invented")));
    const std::array handed{file->get()};
    const auto answer = child->call(bytes_of("read"), handed);
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(chars_of(*answer), "invented");
}

TEST(Child, TakesAsManyDescriptorsAsTheHeaderSaysAndClosesThem) {
    auto child = started();
    const auto file = make_memory_file("segment");
    ASSERT_TRUE(child && file);
    const std::vector<int> most(kMaxRequestDescriptors, file->get());
    for (int i = 0; i < 10; ++i) { // 2,500 in all, above its limit of 1,024 at a time
        const auto answer = child->call(bytes_of("count descriptors"), most);
        ASSERT_TRUE(answer) << answer.error().message;
        EXPECT_EQ(chars_of(*answer), "250");
    }
    const std::vector<int> too_many(kMaxRequestDescriptors + 1, file->get());
    EXPECT_EQ(error_of(child->send(bytes_of("x"), too_many)).code, Errc::invalid_argument);
    EXPECT_EQ(error_of(child->send({})).code, Errc::invalid_argument);
    EXPECT_TRUE(child->alive()) << "a wrong argument costs no child";
}

TEST(Child, StartsWithNothingOfOurs) {
    const std::string descriptors = answer_to("open descriptors");
    EXPECT_EQ(descriptors, "0 1 2 3 4 ");
    ::setenv("REMPART_SECRET", "x", 1);
    const std::string environment = answer_to("environment");
    EXPECT_TRUE(kSanitized ? environment.starts_with("ASAN_OPTIONS=") : environment == "empty")
        << environment;
}

TEST(Child, StreamsAndIsStoppedInTheMiddle) {
    auto child = started(hostile("stream"));
    ASSERT_TRUE(child);
    for (std::uint32_t i = 0; i < 20'000; ++i) {
        const auto message = child->receive();
        ASSERT_TRUE(message) << message.error().message;
        WireReader reader(*message);
        ASSERT_EQ(reader.u32(), i);
    }
    child->stop();
    EXPECT_FALSE(child->alive());
    EXPECT_EQ(error_of(child->receive()).code, Errc::interrupted);
}

TEST(Child, IsStoppedFromAnotherThread) {
    auto child = started();
    ASSERT_TRUE(child);
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    const UniqueFd reading(ends[0]);
    const UniqueFd writing(ends[1]);
    const std::array handed{writing.get()};
    ASSERT_TRUE(child->send(bytes_of("write, then loop"), handed));
    std::thread stopper([&child, &reading] {
        char byte = 0;
        static_cast<void>(::read(reading.get(), &byte, 1)); // it is at work
        child->stop();
    });
    EXPECT_EQ(error_of(child->receive()).code, Errc::interrupted);
    stopper.join();
    EXPECT_FALSE(child->alive());
}

TEST(Child, WhatLibrariesTryFailsAndTheRoleGoesOn) {
    for (const auto& [deed, failure] : kHarmless) {
        EXPECT_EQ(answer_to("try " + std::string(deed)), std::to_string(failure)) << deed;
    }
    EXPECT_EQ(answer_to("try close the lifeline"), std::to_string(EPERM));
    EXPECT_EQ(answer_to("try unblock the lifeline"), std::to_string(EPERM));
}

TEST(Child, WhatNoLibraryTriesIsRefused) {
    for (const std::string_view deed : kForbidden) {
        const Error error = error_after(deed);
        EXPECT_EQ(name(error.code), "refused") << deed << ": " << error.message;
    }
}

TEST(Child, HasThreadsOnlyWhereTheyAreAllowed) {
    EXPECT_EQ(answer_to("thread", "threads"), "42");
    EXPECT_EQ(error_after("thread").code, Errc::refused);
    auto child = started(hostile("threads"));
    ASSERT_TRUE(child);
    EXPECT_EQ(error_of(child->call(bytes_of("fork"))).code, Errc::refused);
}

TEST(Child, AThreadOfALibraryIsConfinedWithTheRest) {
    auto child = started(hostile("thread before, allowed"));
    ASSERT_TRUE(child);
    EXPECT_EQ(child->confinement(), probe_confinement()) << child->confinement().describe();
    for (const auto& [deed, failure] : kHarmless) {
        const std::string request = "try in thread " + std::string(deed);
        const auto answer = child->call(bytes_of(request));
        ASSERT_TRUE(answer) << answer.error().message;
        EXPECT_EQ(chars_of(*answer), std::to_string(failure)) << deed;
    }
}

TEST(Child, EachEndIsToldApart) {
    const struct {
        std::string_view request;
        Errc code;
    } cases[] = {{"segv", Errc::crashed},
                 {"abort", Errc::crashed},
                 {"overflow the stack", Errc::crashed},
                 {"exit", Errc::crashed},
                 {"give up", Errc::crashed},
                 {"give up for memory", Errc::memory},
                 {"forge an empty answer", Errc::bad_answer},
                 {"forge a large answer", Errc::bad_answer},
                 {"die in the length", Errc::crashed},
                 {"die in the answer", Errc::crashed}};
    for (const auto& [request, code] : cases) {
        const Error error = error_after(request);
        EXPECT_EQ(name(error.code), name(code)) << request << ": " << error.message;
    }
}

TEST(Child, TheMessageSaysHowItEnded) {
    EXPECT_EQ(error_after("exit").message, "ended with status 0 before it answered");
    EXPECT_EQ(error_after("die in the length").message,
              "ended with status 0 in the middle of an answer");
    EXPECT_EQ(error_after("give up").message, "gave up before it answered: unsupported");
    if (!kSanitized) {
        EXPECT_EQ(error_after("segv").message, "ended by SIGSEGV before it answered");
    }
}

TEST(Child, TooMuchMemoryIsToldHoweverItWasAskedFor) {
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

TEST(Child, SilenceOrATrickleMeetsItsDeadline) {
    const Limits limits{.deadline = milliseconds(100)};
    EXPECT_EQ(error_after("loop", limits).code, Errc::deadline);
    EXPECT_EQ(error_after("trickle", limits).code, Errc::deadline);
}

TEST(Child, ARequestThatIsNeverReadMeetsItsDeadline) {
    auto child = started(hostile("serve", {.deadline = milliseconds(200)}));
    ASSERT_TRUE(child && child->send(bytes_of("loop")));
    const Bytes large(std::size_t{8} << 20);
    EXPECT_EQ(error_of(child->send(large)).code, Errc::deadline);
}

TEST(Child, AFloodOfAnswersIsHeldBackAndDoesNotStopARequest) {
    auto child =
        started(hostile("serve", {.deadline = milliseconds(300), .max_answer_bytes = 1000}));
    ASSERT_TRUE(child && child->send(bytes_of("flood")));
    const Bytes large(std::size_t{8} << 20);
    EXPECT_EQ(error_of(child->send(large)).code, Errc::deadline);
}

TEST(Child, ADescriptorFromTheChildIsDropped) {
    auto child = started();
    ASSERT_TRUE(child);
    const auto before = open_descriptors();
    const auto answer = child->call(bytes_of("send a descriptor"));
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(chars_of(*answer), "o");
    EXPECT_EQ(open_descriptors(), before);
}

TEST(Child, ADeadOneSaysSoAndCanBeReplaced) {
    auto child = started();
    ASSERT_TRUE(child);
    EXPECT_FALSE(child->call(bytes_of("abort")));
    EXPECT_EQ(error_of(child->call(bytes_of("echo x"))).code, Errc::crashed);
    EXPECT_EQ(error_of(child->send(bytes_of("echo x"))).code, Errc::crashed);
    EXPECT_EQ(error_of(child->receive()).code, Errc::crashed);
    child = started();
    ASSERT_TRUE(child);
    EXPECT_TRUE(child->call(bytes_of("echo x")));
}

TEST(Child, IsNotStartedUnlessItIsARoleThatIsConfined) {
    ChildSpec missing = hostile();
    missing.program = "/nonexistent/role";
    EXPECT_EQ(error_of(Child::start(missing)).code, Errc::not_found);
    missing.program = "/etc/passwd";
    EXPECT_EQ(error_of(Child::start(missing)).code, Errc::io);
    EXPECT_EQ(error_of(Child::start(hostile("exit early"))),
              (Error{Errc::crashed, "ended with status 7 before it answered"}));
    EXPECT_EQ(error_of(Child::start(hostile("no hello"))).code, Errc::bad_answer);
    EXPECT_EQ(error_of(Child::start(hostile("hello without confinement"))).code, Errc::unsupported);
    if (!kThreadSanitizer) { // which has a thread of its own
        EXPECT_EQ(error_of(Child::start(hostile("thread before"))).code, Errc::crashed);
    }
}

TEST(Child, LeavesNoDescriptorAndNoProcessBehind) {
    static_cast<void>(answer_to("echo first"));
    const auto before = open_descriptors();
    for (int i = 0; i < 20; ++i) {
        ASSERT_EQ(answer_to("echo x"), "x");
    }
    static_cast<void>(error_after("segv"));
    static_cast<void>(Child::start(hostile("exit early")));
    EXPECT_EQ(open_descriptors(), before);
    EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1); // no child at all
    EXPECT_EQ(errno, ECHILD);
}

// A worker outlives the thread that started it, and ends with the process: PR_SET_PDEATHSIG would
// do neither.
TEST(Child, OutlivesTheThreadThatStartedIt) {
    std::unique_ptr<Child> child;
    std::thread([&child] { child = started(); }).join();
    ASSERT_TRUE(child);
    const auto answer = child->call(bytes_of("echo still here"));
    EXPECT_TRUE(answer) << answer.error().message;
}

TEST(Child, EndsWithItsParent) {
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    const UniqueFd reading(ends[0]);
    UniqueFd writing(ends[1]);
    const pid_t parent = ::fork();
    if (parent == 0) {
        auto child = started();
        const std::array handed{writing.get()};
        static_cast<void>(child && child->call(bytes_of("write, then loop"), handed));
        ::_exit(0);
    }
    writing.reset();
    char byte = 0;
    ASSERT_EQ(::read(reading.get(), &byte, 1), 1); // the child is at work
    ::kill(parent, SIGKILL);
    ::waitpid(parent, nullptr, 0);
    pollfd end{reading.get(), POLLIN, 0}; // the writing end is the child's alone now
    ASSERT_EQ(::poll(&end, 1, 20'000), 1) << "the child outlived its parent";
    EXPECT_EQ(::read(reading.get(), &byte, 1), 0);
}

TEST(FindRole, FindsOnlyNamesOfRoles) {
    for (const std::string_view name : {"", "../bin/rempart", "a/b", "A", "x y", "/bin/sh"}) {
        EXPECT_EQ(error_of(find_role(name)).code, Errc::invalid_argument) << name;
    }
    EXPECT_EQ(error_of(find_role("no_such_role")).code, Errc::not_found);
}

// Seen from tests/, as from bin/: beside libexec/.
TEST(FindRole, FindsARoleBesideTheRunningProgram) {
    const std::filesystem::path folder = REMPART_LIBEXEC_DIR;
    std::filesystem::create_directories(folder);
    const auto role = folder / "role_for_test";
    std::filesystem::remove(role);
    std::filesystem::create_symlink("/bin/true", role);
    const auto found = find_role("role_for_test");
    std::filesystem::remove(role);
    ASSERT_TRUE(found) << found.error().message;
    EXPECT_EQ(*found, role);
}

} // namespace
} // namespace rempart::sandbox
