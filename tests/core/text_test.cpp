// SPDX-License-Identifier: Apache-2.0
#include "rempart/core/text.hpp"

#include <array>
#include <random>

#include <gtest/gtest.h>

namespace rempart {
namespace {

using namespace std::string_view_literals;

// The UTF-8 of one scalar value by the table of RFC 3629, section 3.
std::string encoded(char32_t c) {
    const auto tail = [c](int shift) { return static_cast<char>(0x80 | (c >> shift & 0x3F)); };
    if (c < 0x80) {
        return {static_cast<char>(c)};
    }
    if (c < 0x800) {
        return {static_cast<char>(0xC0 | c >> 6), tail(0)};
    }
    if (c < 0x10000) {
        return {static_cast<char>(0xE0 | c >> 12), tail(6), tail(0)};
    }
    return {static_cast<char>(0xF0 | c >> 18), tail(12), tail(6), tail(0)};
}

TEST(IsUtf8, TakesEveryScalarValueAndNoSurrogate) {
    for (char32_t c = 0; c <= 0x10FFFF; ++c) {
        const bool surrogate = c >= 0xD800 && c <= 0xDFFF;
        ASSERT_EQ(is_utf8(encoded(c)), !surrogate) << std::hex << std::uint32_t(c);
    }
    EXPECT_FALSE(is_utf8(encoded(0x110000)));
}

// RFC 3629, section 4, as ranges of bytes.
bool is_utf8_by_grammar(std::string_view text) {
    struct Row {
        unsigned first_low, first_high, second_low, second_high, size;
    };
    constexpr std::array kRows{Row{0x00, 0x7F, 0, 0, 1},       Row{0xC2, 0xDF, 0x80, 0xBF, 2},
                               Row{0xE0, 0xE0, 0xA0, 0xBF, 3}, Row{0xE1, 0xEC, 0x80, 0xBF, 3},
                               Row{0xED, 0xED, 0x80, 0x9F, 3}, Row{0xEE, 0xEF, 0x80, 0xBF, 3},
                               Row{0xF0, 0xF0, 0x90, 0xBF, 4}, Row{0xF1, 0xF3, 0x80, 0xBF, 4},
                               Row{0xF4, 0xF4, 0x80, 0x8F, 4}};
    while (!text.empty()) {
        const auto byte = [&text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
        std::size_t size = 0;
        for (const Row& row : kRows) {
            const bool fits =
                byte(0) >= row.first_low && byte(0) <= row.first_high && text.size() >= row.size &&
                (row.size < 2 || (byte(1) >= row.second_low && byte(1) <= row.second_high));
            size = fits ? row.size : size;
        }
        for (std::size_t i = 2; i < size; ++i) {
            size = byte(i) >= 0x80 && byte(i) <= 0xBF ? size : 0;
        }
        if (size == 0) {
            return false;
        }
        text.remove_prefix(size);
    }
    return true;
}

TEST(IsUtf8, AgreesWithTheGrammarForAllPairsOfBytesAndManyMore) {
    for (int first = 0; first < 256; ++first) {
        for (int second = 0; second < 256; ++second) {
            const std::string text{static_cast<char>(first), static_cast<char>(second)};
            ASSERT_EQ(is_utf8(text), is_utf8_by_grammar(text)) << first << ' ' << second;
        }
    }
    std::mt19937 random(20'240'501); // NOLINT: a fixed seed, on purpose
    const std::string_view likely = "\xE0\xED\xEF\xF0\xF4\x80\x8F\x90\x9F\xA0\xBF\xC2 a";
    for (int round = 0; round < 200'000; ++round) {
        std::string text(4, '\0');
        for (char& c : text) {
            c = likely[random() % likely.size()];
        }
        ASSERT_EQ(is_utf8(text), is_utf8_by_grammar(text)) << testing::PrintToString(text);
    }
}

TEST(ToUtf8, LeavesValidTextAsItIs) {
    for (const std::string_view text : {"", "été", "C:\\x", "\\x41", "日本", "\x7f\n"}) {
        EXPECT_EQ(to_utf8(text), text);
    }
}

TEST(ToUtf8, EscapesWhatIsNotTextAndThenTheBackslashToo) {
    EXPECT_EQ(to_utf8("a\xff"), "a\\xff");
    EXPECT_EQ(to_utf8("a\0b"sv), "a\\x00b");
    EXPECT_EQ(to_utf8("\xe9t\xe9\\"), "\\xe9t\\xe9\\x5c");
    EXPECT_EQ(to_utf8("\xed\xa0\x80"), "\\xed\\xa0\\x80");
    EXPECT_EQ(to_utf8("\xe6\x97"), "\\xe6\\x97");
}

// "so that the bytes can be told back": undone where an escape had to be made.
std::string undone(std::string_view text) {
    std::string bytes;
    while (!text.empty()) {
        if (text.starts_with("\\x")) {
            bytes += static_cast<char>(std::stoi(std::string(text.substr(2, 2)), nullptr, 16));
            text.remove_prefix(4);
            continue;
        }
        bytes += text[0];
        text.remove_prefix(1);
    }
    return bytes;
}

TEST(ToUtf8, IsValidAndCanBeUndone) {
    std::mt19937 random(7); // NOLINT: a fixed seed, on purpose
    const std::string_view likely = "\\x5c\xC3\xA9\xFF\x00 4"sv;
    for (int round = 0; round < 50'000; ++round) {
        std::string bytes(1 + random() % 6, '\0');
        for (char& c : bytes) {
            c = likely[random() % likely.size()];
        }
        const std::string text = to_utf8(bytes);
        ASSERT_TRUE(is_utf8(text) && text.find('\0') == std::string::npos);
        ASSERT_EQ(text == bytes ? bytes : undone(text), bytes);
    }
}

TEST(ToTerminal, EscapesControlsAndWhatReordersOrHides) {
    for (char32_t c = 0; c <= 0x10FFFF; ++c) {
        if (c >= 0xD800 && c <= 0xDFFF) {
            continue;
        }
        const bool control = c < 0x20 || (c >= 0x7F && c <= 0x9F);
        const bool format = c == 0x61C || (c >= 0x200B && c <= 0x200F) ||
                            (c >= 0x2028 && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) ||
                            c == 0xFEFF;
        ASSERT_EQ(to_terminal(encoded(c)) == encoded(c), !control && !format)
            << std::hex << std::uint32_t(c);
    }
    EXPECT_EQ(to_terminal("a\x1b[2Jb"), "a\\u{1b}[2Jb");
    EXPECT_EQ(to_terminal("\u202Egpj.exe"), "\\u{202e}gpj.exe");
    EXPECT_EQ(to_terminal("a\xff"), "a\\xff");
}

TEST(CutUtf8, NeverCutsASequence) {
    const std::string_view text = "aé日𝄞z";
    for (std::size_t max = 0; max <= text.size() + 1; ++max) {
        const std::string_view cut = cut_utf8(text, max);
        ASSERT_LE(cut.size(), max);
        EXPECT_TRUE(is_utf8(cut)) << max;
        EXPECT_TRUE(text.starts_with(cut));
        EXPECT_GT(cut.size() + 4, std::min(max, text.size())) << "cuts no more than it must";
    }
}

} // namespace
} // namespace rempart
