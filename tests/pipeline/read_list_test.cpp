// SPDX-License-Identifier: Apache-2.0
// read_list with the real confined list_reader, and with one that does harm.
#include "rempart/pipeline/read_list.hpp"

#include <filesystem>
#include <vector>

#include <gtest/gtest.h>

#include "rempart/core/fd.hpp"
#include "support/files.hpp"
#include "support/result.hpp"

namespace rempart::pipeline {
namespace {

using recognise::HashKind;
using recognise::ListedHash;

UniqueFd file_of(std::string_view text) {
    auto file = make_memory_file("list");
    EXPECT_TRUE(file && write_all(file->get(), bytes_of(text)));
    return file ? std::move(*file) : UniqueFd();
}

ListReaderConfig real_reader() {
    return {.program = std::filesystem::path(REMPART_LIBEXEC_DIR) / "list_reader", .limits = {}};
}

ListReaderConfig bad_reader() {
    ListReaderConfig config{.program =
                                std::filesystem::read_symlink("/proc/self/exe").parent_path() /
                                "bad_list_reader_program",
                            .limits = {}};
    config.limits.deadline = std::chrono::milliseconds{2'000};
    config.limits.memory_bytes = std::uint64_t{512} << 20;
    return config;
}

struct Outcome {
    std::vector<ListedHash> hashes;
    Result<ListRead> read;
};

Outcome read(std::string_view text, const ListReaderConfig& config = real_reader(),
             std::string_view format = "", std::optional<HashKind> kind = {}) {
    const UniqueFd file = file_of(text);
    recognise::HashListOptions options;
    options.kind = kind;
    Outcome outcome;
    outcome.read = read_list(file.get(), recognise::hash_list_format_named(format), options, config,
                             [&](ListedHash&& hash) -> Result<void> {
                                 outcome.hashes.push_back(std::move(hash));
                                 return {};
                             });
    return outcome;
}

class EveryFormat : public testing::TestWithParam<recognise::HashListFormat> {};

TEST_P(EveryFormat, IsReadInTheConfinedProgram) {
    const std::string text =
        read_project_file(std::filesystem::path("tests/data/hash_list") / GetParam().name);
    const auto kind = GetParam().names_kind ? std::nullopt : std::optional(HashKind::pdq);
    const Outcome outcome = read(text, real_reader(), "", kind);
    ASSERT_TRUE(outcome.read) << outcome.read.error().message;
    EXPECT_EQ(outcome.read->summary.format, GetParam().name);
    EXPECT_EQ(outcome.read->summary.hashes, outcome.hashes.size());
    EXPECT_GE(outcome.hashes.size(), 3U);
    EXPECT_TRUE(outcome.read->confinement.seccomp);
    EXPECT_TRUE(outcome.read->confinement.no_new_privileges);
}

INSTANTIATE_TEST_SUITE_P(ReadList, EveryFormat, testing::ValuesIn(recognise::hash_list_formats()),
                         [](const auto& format) { return std::string(format.param.name); });

TEST(ReadList, BringsManyHashesInOrderWithTheirLabels) {
    std::string text;
    constexpr std::size_t kLines = 50'000; // more than one answer
    for (std::size_t i = 0; i < kLines; ++i) {
        const std::string number = std::to_string(i + 1'000'000);
        text += std::string(32 - number.size(), 'a') + number + "  file " + std::to_string(i / 2) +
                "\n";
    }
    const Outcome outcome = read(text, real_reader(), "plain", HashKind::md5);
    ASSERT_TRUE(outcome.read) << outcome.read.error().message;
    ASSERT_EQ(outcome.hashes.size(), kLines);
    for (std::size_t i = 0; i < kLines; ++i) {
        ASSERT_EQ(outcome.hashes[i].entry, i + 1);
        ASSERT_EQ(outcome.hashes[i].label, "file " + std::to_string(i / 2));
    }
}

TEST(ReadList, ABadLineIsNamedByTheChildAndTheWholeListRefused) {
    const Outcome outcome =
        read(std::string(32, 'a') + "\nno hash\n", real_reader(), "plain", HashKind::md5);
    EXPECT_EQ(error_of(outcome.read).code, Errc::malformed);
    EXPECT_TRUE(error_of(outcome.read).message.starts_with("line 2: "));
    EXPECT_EQ(error_of(read("a list of nothing\n").read).code, Errc::unsupported);
    EXPECT_EQ(error_of(read("").read).code, Errc::unsupported);
}

// The memory of the child does not grow with the list, and a line without an end is no way to make
// it grow.
TEST(ReadList, AListLargerThanTheChildsMemoryIsReadAndALineThatLargeIsRefused) {
    ListReaderConfig config = real_reader();
    config.limits.memory_bytes = std::uint64_t{96} << 20;
    std::string text;
    while (text.size() < (std::size_t{128} << 20)) {
        text += std::string(32, 'a') + "  " + std::string(60'000, 'x') + '\n';
    }
    EXPECT_TRUE(read(text, config, "plain", HashKind::md5).read);
    const std::string line(std::size_t{256} << 20, 'a');
    EXPECT_EQ(error_of(read(line, config, "plain", HashKind::md5).read).code, Errc::limit_exceeded);
}

TEST(ReadList, TheCallersErrorEndsTheReading) {
    const UniqueFd file = file_of(std::string(32, 'a') + "\n");
    recognise::HashListOptions options;
    options.kind = HashKind::md5;
    const auto outcome =
        read_list(file.get(), recognise::hash_list_format_named("plain"), options, real_reader(),
                  [](ListedHash&&) -> Result<void> { return fail(Errc::io, "disk full"); });
    EXPECT_EQ(error_of(outcome), (Error{Errc::io, "disk full"}));
}

struct Fault {
    std::string how;
    Errc code;
};

class BadReader : public testing::TestWithParam<Fault> {};

// After the first hash was told: the caller, who took it, gets an error and knows to forget it.
TEST_P(BadReader, IsOneErrorOfTheList) {
    const std::string list = GetParam().how + '\n' + std::string(160, ' ');
    const Outcome outcome = read(list, bad_reader());
    EXPECT_EQ(error_of(outcome.read).code, GetParam().code) << error_of(outcome.read).message;
    EXPECT_GE(outcome.hashes.size(), 1U);
}

INSTANTIATE_TEST_SUITE_P(
    ReadList, BadReader,
    testing::Values(Fault{"crash", Errc::crashed}, Fault{"hang", Errc::deadline},
                    Fault{"memory", Errc::memory}, Fault{"refused", Errc::refused},
                    Fault{"garbage", Errc::bad_answer}, Fault{"huge", Errc::bad_answer},
                    Fault{"endless", Errc::bad_answer}, Fault{"alive", Errc::bad_answer},
                    Fault{"lie", Errc::bad_answer}),
    [](const auto& fault) { return fault.param.how; });

TEST(ReadList, TheBadReaderIsRightWhenItDoesNoHarm) {
    EXPECT_TRUE(read(std::string("nothing\n") + std::string(160, ' '), bad_reader()).read);
}

TEST(ReadList, AMissingReaderIsAnError) {
    ListReaderConfig config;
    config.program = "/nonexistent/list_reader";
    EXPECT_FALSE(read("x\n", config).read);
}

} // namespace
} // namespace rempart::pipeline
