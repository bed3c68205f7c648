// SPDX-License-Identifier: Apache-2.0
#include "rempart/core/fd.hpp"

#include <array>
#include <filesystem>
#include <fstream>
#include <string>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "support/result.hpp"

namespace rempart {
namespace {

bool is_open(int fd) {
    return ::fcntl(fd, F_GETFD) >= 0;
}

UniqueFd memory_file(std::string_view content) {
    auto file = make_memory_file("test");
    EXPECT_TRUE(file && write_all(file->get(), bytes_of(content)));
    return file ? std::move(*file) : UniqueFd();
}

// A folder of its own that goes with the test.
class OpenReadOnly : public testing::Test {
  protected:
    void SetUp() override {
        std::string pattern = (std::filesystem::temp_directory_path() / "rempart-XXXXXX").string();
        ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
        folder_ = pattern;
        std::ofstream(folder_ / "file") << "content";
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }
    std::filesystem::path folder_;
};

TEST(UniqueFd, ClosesWhatItOwnsOnce) {
    const int fd = memory_file("").release();
    {
        UniqueFd first(fd);
        UniqueFd second(std::move(first));
        EXPECT_FALSE(first); // NOLINT(bugprone-use-after-move): what a move leaves is the point
        EXPECT_EQ(second.get(), fd);
        second = std::move(second); // NOLINT: a move to itself keeps it
        EXPECT_TRUE(is_open(fd));
    }
    EXPECT_FALSE(is_open(fd));
}

TEST(UniqueFd, AnAssignedOneReplacesAndClosesTheOld) {
    UniqueFd target = memory_file("");
    const int old = target.get();
    UniqueFd source = memory_file("");
    const int kept = source.get();
    target = std::move(source);
    EXPECT_FALSE(is_open(old));
    EXPECT_EQ(target.get(), kept);
    EXPECT_EQ(target.release(), kept);
    EXPECT_FALSE(target);
    EXPECT_TRUE(is_open(kept));
    ::close(kept);
}

TEST_F(OpenReadOnly, OpensForReadingAndCloseOnExec) {
    const auto file = open_read_only(folder_ / "file");
    ASSERT_TRUE(file) << file.error().message;
    EXPECT_EQ(::fcntl(file->get(), F_GETFL) & O_ACCMODE, O_RDONLY);
    EXPECT_EQ(::fcntl(file->get(), F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
    EXPECT_LT(::write(file->get(), "x", 1), 0);
}

TEST_F(OpenReadOnly, NeverFollowsALinkAndNeverWaits) {
    std::filesystem::create_symlink(folder_ / "file", folder_ / "link");
    EXPECT_EQ(error_of(open_read_only(folder_ / "link")).code, Errc::io);
    ASSERT_EQ(::mkfifo((folder_ / "fifo").c_str(), 0600), 0);
    EXPECT_TRUE(open_read_only(folder_ / "fifo")) << "nobody writes, and it does not wait";
}

TEST_F(OpenReadOnly, ToldWhatIsMissingButNotThePath) {
    const Error missing = error_of(open_read_only(folder_ / "secret-name"));
    EXPECT_EQ(missing.code, Errc::not_found);
    EXPECT_EQ(missing.message.find("secret"), std::string::npos) << missing.message;
    EXPECT_EQ(error_of(open_read_only(folder_ / "file" / "x")).code, Errc::not_found);
}

TEST(ReadAt, ReadsWhereItIsToldWithoutMovingThePosition) {
    const UniqueFd file = memory_file("0123456789");
    ASSERT_EQ(::lseek(file.get(), 3, SEEK_SET), 3);
    Bytes out(4);
    EXPECT_EQ(read_at(file.get(), 5, out).value_or(0), 4U);
    EXPECT_EQ(chars_of(out), "5678");
    EXPECT_EQ(::lseek(file.get(), 0, SEEK_CUR), 3);
}

TEST(ReadAt, GivesLessOnlyAtTheEnd) {
    const UniqueFd file = memory_file("0123456789");
    Bytes out(4);
    for (std::uint64_t offset = 0; offset < 12; ++offset) {
        const std::size_t expected = offset >= 10 ? 0 : std::min<std::size_t>(4, 10 - offset);
        EXPECT_EQ(read_at(file.get(), offset, out).value_or(99), expected) << offset;
    }
    EXPECT_EQ(read_at(file.get(), 0, {}).value_or(99), 0U);
}

TEST(ReadAt, SaysAtWhichByteItFailed) {
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    const UniqueFd reading(ends[0]);
    const UniqueFd writing(ends[1]);
    Bytes out(4);
    const Error error = error_of(read_at(reading.get(), 7, out)); // a pipe has no places
    EXPECT_EQ(error.code, Errc::io);
    EXPECT_NE(error.message.find("byte 7"), std::string::npos) << error.message;
}

TEST(WriteAll, GivesAFullDeviceAsAnError) {
    const UniqueFd full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
    ASSERT_TRUE(full);
    EXPECT_EQ(error_of(write_all(full.get(), bytes_of("x"))).code, Errc::io);
}

TEST(SizeOf, IsTheSizeOfTheFile) {
    EXPECT_EQ(size_of(memory_file("").get()).value_or(99), 0U);
    EXPECT_EQ(size_of(memory_file("12345").get()).value_or(99), 5U);
    EXPECT_EQ(error_of(size_of(-1)).code, Errc::io);
}

} // namespace
} // namespace rempart
