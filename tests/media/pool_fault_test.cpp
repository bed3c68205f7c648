// SPDX-License-Identifier: Apache-2.0
// What the pool does when its workers fail in each way there is: one picture is lost, with its
// cause, and the next one is sound.
#include <filesystem>

#include <gtest/gtest.h>

#include "rempart/core/fd.hpp"
#include "rempart/media/picture.hpp"
#include "support/result.hpp"

namespace rempart::media {
namespace {

class FaultyPool : public testing::Test {
  protected:
    Result<PictureFacts> examine(std::string_view deed) {
        if (!pool_) {
            const auto program = std::filesystem::read_symlink("/proc/self/exe").parent_path() /
                                 "faulty_worker_program";
            auto pool = Pool::create(
                {.worker_program = program,
                 .workers = 1,
                 .picture = {},
                 .sandbox = {.memory_bytes = std::uint64_t{512} << 20, .deadline = deadline_}});
            EXPECT_TRUE(pool);
            pool_.emplace(std::move(*pool));
        }
        auto file = make_memory_file("deed");
        EXPECT_TRUE(file);
        EXPECT_TRUE(write_all(file->get(), bytes_of(deed)));
        return pool_->examine_picture(file->get());
    }
    // The bad deed as the second picture of a worker: what comes after is the first of another.
    void expect_failure(std::string_view deed, Errc code) {
        ASSERT_TRUE(examine("good"));
        EXPECT_EQ(error_of(examine(deed)).code, code) << deed;
        const auto next = examine("good");
        ASSERT_TRUE(next) << next.error().message;
        EXPECT_EQ(next->width, 1U) << "the same worker after " << deed;
    }
    std::chrono::milliseconds deadline_{60'000};

  private:
    std::optional<Pool> pool_;
};

TEST_F(FaultyPool, KeepsAWorkerThatWorks) {
    for (std::uint32_t i = 1; i <= 5; ++i) {
        const auto facts = examine("good");
        ASSERT_TRUE(facts);
        EXPECT_EQ(facts->width, i);
    }
}

TEST_F(FaultyPool, ReplacesAWorkerAfterTwoThousandPictures) {
    for (std::uint32_t i = 1; i <= 2001; ++i) {
        const auto facts = examine("good");
        ASSERT_TRUE(facts);
        ASSERT_EQ(facts->width, i == 2001 ? 1 : i);
    }
}

TEST_F(FaultyPool, ReplacesOneThatCrashed) {
    expect_failure("crash", Errc::crashed);
}

TEST_F(FaultyPool, ReplacesOneThatHangs) {
    deadline_ = std::chrono::seconds(3);
    expect_failure("hang", Errc::deadline);
}

TEST_F(FaultyPool, ReplacesOneThatAteItsMemory) {
    expect_failure("eat", Errc::memory);
}

TEST_F(FaultyPool, ReplacesOneThatLies) {
    expect_failure("lie", Errc::bad_answer);
    expect_failure("empty", Errc::bad_answer);
}

TEST_F(FaultyPool, ReplacesOneThatGivesUp) {
    expect_failure("give up", Errc::crashed);
}

TEST_F(FaultyPool, TakesNothingElseForAnAnswer) {
    expect_failure("socket", Errc::bad_answer); // refused by the sandbox, and no answer
}

} // namespace
} // namespace rempart::media
