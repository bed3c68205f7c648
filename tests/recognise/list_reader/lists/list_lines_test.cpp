// SPDX-License-Identifier: Apache-2.0
// Lines of any length through a window.
#include "recognise/list_reader/lists/list_lines.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "support/result.hpp"

namespace rempart::recognise {
namespace {

TEST(LineWalker, GivesTheSameLinesThroughEveryWindow) {
    std::string bytes;
    std::vector<std::string> expected;
    for (std::size_t i = 0; i < 50; ++i) {
        expected.emplace_back(i * i % 37, static_cast<char>('a' + i % 26));
        bytes += expected.back() + (i % 3 == 0 ? "\r\n" : "\n");
    }
    for (const std::size_t window : {2U, 3U, 5U, 16U, 1'000U}) {
        MemoryInput input(bytes);
        ListText text(input, window);
        LineWalker lines(text, 100);
        std::vector<std::string> found;
        while (!lines.done()) {
            const auto line = lines.next();
            ASSERT_TRUE(line) << line.error().message;
            found.emplace_back(*line);
        }
        EXPECT_EQ(found, expected) << window;
    }
}

TEST(LineWalker, HoldsTheLimitOfALineExactlyWithEitherEnd) {
    for (const std::string end : {"\n", "\r\n"}) {
        for (const std::size_t size : {9U, 10U, 11U}) {
            const std::string bytes = std::string(size, 'x') + end + "y\n";
            MemoryInput input(bytes);
            ListText text(input, 4);
            LineWalker lines(text, 10);
            const auto line = lines.next();
            EXPECT_EQ(line.has_value(), size <= 10) << size;
            if (!line) {
                EXPECT_EQ(line.error().code, Errc::limit_exceeded);
                EXPECT_TRUE(line.error().message.starts_with("line 1: "));
            }
        }
    }
}

/// A gigabyte of one character, which counts what was read of it.
class EndlessLine final : public ListInput {
  public:
    std::uint64_t read_bytes = 0;
    [[nodiscard]] std::uint64_t size_bytes() const override { return std::uint64_t{1} << 30; }
    [[nodiscard]] Result<std::size_t> read_at(std::uint64_t, std::span<std::byte> out) override {
        std::ranges::fill(out, std::byte{'a'});
        read_bytes += out.size();
        return out.size();
    }
};

TEST(LineWalker, ALineOfAGigabyteIsRefusedAfterItsLimitWasRead) {
    EndlessLine input;
    ListText text(input);
    LineWalker lines(text, 64U << 10);
    EXPECT_EQ(error_of(lines.next()).code, Errc::limit_exceeded);
    EXPECT_LE(input.read_bytes, std::uint64_t{1} << 20);
}

} // namespace
} // namespace rempart::recognise
