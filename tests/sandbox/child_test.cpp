// SPDX-License-Identifier: Apache-2.0
#include "rempart/sandbox/child.hpp"

#include <array>
#include <filesystem>

#include <unistd.h>

#include <gtest/gtest.h>

#include "sandbox/sanitized.hpp"
#include "support/result.hpp"

namespace rempart::sandbox {
namespace {

using std::chrono::milliseconds;

ChildSpec hostile(std::string how = "serve", Limits limits = {}) {
    const auto here = std::filesystem::read_symlink("/proc/self/exe").parent_path();
    return {.program = here / "hostile_program", .arguments = {std::move(how)}, .limits = limits};
}

Child started(const ChildSpec& spec) {
    auto child = Child::start(spec);
    EXPECT_TRUE(child) << (child ? "" : child.error().message);
    return child ? std::move(*child) : throw std::runtime_error("no child");
}

TEST(Child, AnswersARequest) {
    Child child = started(hostile());
    for (const std::string_view text : {"echo one", "echo another"}) {
        const auto answer = child.call(bytes_of(text));
        ASSERT_TRUE(answer) << answer.error().message;
        EXPECT_EQ(chars_of(*answer), text.substr(5));
    }
    EXPECT_TRUE(child.alive());
    EXPECT_TRUE(child.confinement().seccomp);
    EXPECT_TRUE(child.confinement().resource_limits);
}

TEST(Child, ReadsADescriptorThatIsHandedOver) {
    Child child = started(hostile());
    const auto file = make_memory_file("evidence");
    ASSERT_TRUE(file && write_all(file->get(), bytes_of("invented")));
    const std::array handed{file->get()};
    const auto answer = child.call(bytes_of("read"), handed);
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(chars_of(*answer), "invented");
}

TEST(Child, EachEndIsToldApart) {
    struct Case {
        const char* deed;
        Errc code;
    };
    for (const auto& [deed, code] :
         {Case{"segv", Errc::crashed}, Case{"abort", Errc::crashed}, Case{"exit", Errc::crashed},
          Case{"loop", Errc::deadline}, Case{"fork", Errc::refused}, Case{"huge", Errc::memory},
          Case{"give up", Errc::crashed}}) {
        Child child = started(
            hostile("serve", {.memory_bytes = std::uint64_t{256} << 20,
                              .deadline = milliseconds(code == Errc::deadline ? 200 : 30'000)}));
        const Error error = error_of(child.call(bytes_of(deed)));
        EXPECT_EQ(name(error.code), name(code)) << deed << ": " << error.message;
        EXPECT_FALSE(child.alive()) << deed;
    }
}

TEST(Child, AMissingProgramIsNotFound) {
    ChildSpec missing = hostile();
    missing.program = "/nonexistent/role";
    EXPECT_EQ(error_of(Child::start(missing)).code, Errc::not_found);
}

} // namespace
} // namespace rempart::sandbox
