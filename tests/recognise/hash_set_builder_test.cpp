// SPDX-License-Identifier: Apache-2.0
#include "rempart/recognise/hash_set_builder.hpp"

#include <csignal>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "recognise/set_fixture.hpp"
#include "support/result.hpp"
#include "support/temp_dir.hpp"

namespace rempart::recognise {
namespace {

// While it lives no file of this process can grow beyond `bytes`: the system then answers as a full
// disk does, with an error from write.
class FileSizeLimit {
  public:
    explicit FileSizeLimit(std::uint64_t bytes) : before_(std::signal(SIGXFSZ, SIG_IGN)) {
        ::getrlimit(RLIMIT_FSIZE, &limit_);
        struct rlimit lower = limit_;
        lower.rlim_cur = bytes;
        ::setrlimit(RLIMIT_FSIZE, &lower);
    }
    FileSizeLimit(const FileSizeLimit&) = delete;
    FileSizeLimit& operator=(const FileSizeLimit&) = delete;
    ~FileSizeLimit() {
        ::setrlimit(RLIMIT_FSIZE, &limit_);
        std::signal(SIGXFSZ, before_);
    }

  private:
    struct rlimit limit_{};
    void (*before_)(int);
};

std::size_t files_in(const std::filesystem::path& folder) {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder), {}));
}

class HashSetBuilderTest : public testing::Test {
  protected:
    TempDir folder_;
    std::filesystem::path path_ = folder_.path() / "set";
};

TEST_F(HashSetBuilderTest, TheSameRowsGiveTheSameFileInWhateverOrderTheyCome) {
    for (const std::uint64_t count : {100U, 40'000U}) { // in memory, and in runs
        const Listed listed = some_digests(count, HashKind::sha256);
        const auto first = build_set(path_, listed, building_of(HashKind::sha256), 1);
        ASSERT_TRUE(first);
        const std::string bytes = file_bytes(path_);
        const auto second = build_set(path_, listed, building_of(HashKind::sha256), 2);
        ASSERT_TRUE(second);
        EXPECT_EQ(first->id, second->id);
        EXPECT_EQ(bytes, file_bytes(path_));
    }
    EXPECT_EQ(files_in(folder_.path()), 1U);
}

TEST_F(HashSetBuilderTest, RefusesWhatIsNoDigest) {
    auto builder = HashSetBuilder::begin(path_, building_of(HashKind::sha1));
    ASSERT_TRUE(builder);
    EXPECT_EQ(error_of(builder->add(Bytes(20))).code, Errc::invalid_argument);
    EXPECT_EQ(error_of(builder->add(Bytes(16, std::byte{1}))).code, Errc::invalid_argument);
    EXPECT_EQ(error_of(builder->add(Bytes(20, std::byte{1}), std::uint64_t{1} << 63U)).code,
              Errc::invalid_argument);
    EXPECT_TRUE(builder->add(Bytes(20, std::byte{1}), (std::uint64_t{1} << 63U) - 1));
    const auto info = builder->finish();
    ASSERT_TRUE(info);
    EXPECT_EQ(info->rows, 1U);
}

TEST_F(HashSetBuilderTest, RefusesASetThatCannotBe) {
    EXPECT_EQ(error_of(HashSetBuilder::begin(path_, building_of(HashKind::pdq))).code,
              Errc::invalid_argument);
    HashSetBuilding building = building_of(HashKind::md5);
    building.memory_bytes = 1'000;
    EXPECT_EQ(error_of(HashSetBuilder::begin(path_, building)).code, Errc::invalid_argument);
    building = building_of(HashKind::md5);
    building.label.name = std::string(kMaxSetTextBytes + 1, 'n');
    EXPECT_EQ(error_of(HashSetBuilder::begin(path_, building)).code, Errc::invalid_argument);
    EXPECT_EQ(
        error_of(HashSetBuilder::begin(folder_.path() / "none" / "set", building_of(HashKind::md5)))
            .code,
        Errc::io);
}

TEST_F(HashSetBuilderTest, AFullDiskAtAnyPointIsToldAndLeavesTheOldSetAlone) {
    const Listed old = some_digests(3, HashKind::sha1);
    ASSERT_TRUE(build_set(path_, old, building_of(HashKind::sha1)));
    const std::string before = file_bytes(path_);
    const Listed listed = some_digests(40'000, HashKind::sha1);
    const auto whole = build_set(folder_.path() / "whole", listed, building_of(HashKind::sha1));
    ASSERT_TRUE(whole);
    int failed = 0;
    for (std::uint64_t limit = 0; limit < whole->file_bytes; limit += 150'000) {
        const FileSizeLimit full(limit);
        EXPECT_EQ(error_of(build_set(path_, listed, building_of(HashKind::sha1))).code, Errc::io)
            << limit;
        ++failed;
    }
    EXPECT_GT(failed, 5);
    EXPECT_EQ(file_bytes(path_), before);
    EXPECT_EQ(files_in(folder_.path()), 2U); // nothing else is left
}

TEST_F(HashSetBuilderTest, AProcessThatDiesBeforeTheEndLeavesNothing) {
    const pid_t child = ::fork();
    if (child == 0) {
        auto builder = HashSetBuilder::begin(path_, building_of(HashKind::sha1));
        for (std::uint64_t i = 0; builder && i < 40'000; ++i) {
            static_cast<void>(builder->add(digest_number(i, HashKind::sha1), i));
        }
        ::_exit(builder ? 7 : 1);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(WEXITSTATUS(status), 7);
    EXPECT_EQ(files_in(folder_.path()), 0U);
}

TEST_F(HashSetBuilderTest, ANameThatCannotBeTakenIsToldAndLeavesNothing) {
    std::filesystem::create_directories(path_ / "in the way");
    EXPECT_EQ(
        error_of(build_set(path_, some_digests(3, HashKind::md5), building_of(HashKind::md5))).code,
        Errc::io);
    EXPECT_EQ(files_in(folder_.path()), 1U);
}

TEST_F(HashSetBuilderTest, WhatWaitsLiesWhereTheCallerSays) {
    HashSetBuilding building = building_of(HashKind::sha256);
    building.temporary_folder = folder_.path() / "none";
    EXPECT_TRUE(build_set(path_, some_digests(100, HashKind::sha256), building)); // all in memory
    EXPECT_EQ(error_of(build_set(path_, some_digests(40'000, HashKind::sha256), building)).code,
              Errc::io);
}

} // namespace
} // namespace rempart::recognise
