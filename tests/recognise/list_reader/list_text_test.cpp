// SPDX-License-Identifier: Apache-2.0
#include "recognise/list_reader/list_text.hpp"

#include <gtest/gtest.h>

#include "support/result.hpp"

namespace rempart::recognise {
namespace {

// The whole text, taken piece by piece through a window of that size.
Result<std::string> read_all(std::string_view bytes, std::size_t window, std::size_t piece = 3) {
    MemoryInput input(bytes);
    ListText text(input, window);
    std::string all;
    for (;;) {
        const auto rest = text.peek(piece);
        if (!rest) {
            return fail(rest.error());
        }
        if (rest->empty()) {
            EXPECT_EQ(text.offset(), all.size());
            return all;
        }
        const std::size_t size = std::min(piece, rest->size());
        all += rest->substr(0, size);
        text.advance(size);
    }
}

std::string utf16(std::u16string_view units, bool big) {
    std::string bytes = big ? "\xfe\xff" : "\xff\xfe";
    for (const char16_t unit : units) {
        const char high = static_cast<char>(unit >> 8);
        const char low = static_cast<char>(unit & 0xFF);
        bytes += big ? std::string{high, low} : std::string{low, high};
    }
    return bytes;
}

TEST(ListText, IsTheSameThroughEveryWindow) {
    std::string text;
    for (int i = 0; i < 1'000; ++i) {
        text += std::to_string(i) + '\n';
    }
    for (const std::size_t window : {1U, 2U, 3U, 7U, 64U, 4'096U}) {
        EXPECT_EQ(*read_all(text, window), text);
        EXPECT_EQ(*read_all("\xef\xbb\xbf" + text, window), text);
    }
}

TEST(ListText, Utf16InBothOrdersIsUtf8WhateverTheWindow) {
    const std::u16string_view units = u"aé€\U0001F600\r\nz";
    for (const bool big : {false, true}) {
        for (const std::size_t window : {1U, 2U, 4U, 6U, 100U}) {
            const auto text = read_all(utf16(units, big), window);
            ASSERT_TRUE(text) << text.error().message;
            EXPECT_EQ(*text, "aé€\U0001F600\r\nz");
        }
    }
}

TEST(ListText, Utf16ThatIsNoneIsRefusedAtItsByte) {
    const auto refused = [](const std::string& bytes) {
        return error_of(read_all(bytes, 100)).code == Errc::malformed;
    };
    EXPECT_TRUE(refused(utf16(u"a", false) + "b")) << "an odd number of bytes";
    EXPECT_TRUE(refused(utf16(std::u16string{u'a', 0xD83D}, false))) << "half a character";
    EXPECT_TRUE(refused(utf16(std::u16string{0xDE00, u'a'}, true)));
    const Error error = error_of(read_all(utf16(std::u16string{u'a', 0xD83D, u'b'}, true), 100));
    EXPECT_NE(error.message.find("byte 6"), std::string::npos) << error.message;
}

TEST(ListText, WhatWasAskedForIsThereOrAllThatIsLeft) {
    MemoryInput input("0123456789");
    ListText text(input, 2);
    EXPECT_GE(text.peek(7)->size(), 7U);
    text.advance(4);
    EXPECT_EQ(*text.peek(100), "456789");
    EXPECT_EQ(text.offset(), 4U);
}

// Says more than it has.
class ShrinkingInput final : public ListInput {
  public:
    [[nodiscard]] std::uint64_t size_bytes() const override { return 100; }
    [[nodiscard]] Result<std::size_t> read_at(std::uint64_t offset,
                                              std::span<std::byte> out) override {
        return MemoryInput("0123456789").read_at(offset, out);
    }
};

TEST(ListText, AFileThatBecomesShorterIsAnErrorAndNoEnd) {
    ShrinkingInput input;
    ListText text(input, 16);
    EXPECT_EQ(error_of(text.peek(50)).code, Errc::io);
    EXPECT_EQ(error_of(text.peek(1)).code, Errc::io) << "and it stays one";
}

} // namespace
} // namespace rempart::recognise
