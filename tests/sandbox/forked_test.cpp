// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "rempart/sandbox/child.hpp"
#include "rempart/sandbox/confined.hpp"
#include "sandbox/deeds.hpp"
#include "support/result.hpp"

namespace rempart::sandbox {
namespace {

TEST(RunConfined, GivesBackWhatTheBodyReturned) {
    const auto result = run_confined({}, {}, [] { return Result<Bytes>(Bytes(3, std::byte{7})); });
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_EQ(*result, Bytes(3, std::byte{7}));
    const auto failed =
        run_confined({}, {}, []() -> Result<Bytes> { return fail(Errc::damaged, "block 7"); });
    EXPECT_EQ(error_of(failed), (Error{Errc::damaged, "block 7"}));
}

TEST(RunConfined, EachEndIsToldApart) {
    struct Case {
        const char* deed;
        Errc code;
    };
    for (const auto& [deed, code] :
         {Case{"segv", Errc::crashed}, Case{"abort", Errc::crashed}, Case{"exit", Errc::crashed},
          Case{"loop", Errc::deadline}, Case{"fork", Errc::refused}, Case{"huge", Errc::memory}}) {
        const Limits limits{.memory_bytes = std::uint64_t{256} << 20,
                            .deadline =
                                std::chrono::milliseconds(code == Errc::deadline ? 200 : 30'000)};
        const auto result = run_confined(limits, {}, [deed = deed] {
            do_deed(deed);
            return Result<Bytes>(Bytes(1));
        });
        const Error error = error_of(result);
        EXPECT_EQ(name(error.code), name(code)) << deed << ": " << error.message;
    }
}

TEST(ProbeConfinement, FindsTheSystemCallFilter) {
    const Confinement found = probe_confinement();
    EXPECT_TRUE(found.seccomp) << found.describe();
    EXPECT_TRUE(found.resource_limits);
}

} // namespace
} // namespace rempart::sandbox
