// SPDX-License-Identifier: Apache-2.0
#include "examine/archive_reader/member_label.hpp"

#include <algorithm>
#include <string>

#include <gtest/gtest.h>

#include "rempart/core/text.hpp"

namespace rempart::examine {
namespace {

TEST(MemberLabel, NamesStayAsWritten) {
    for (const char* name : {"a.txt", "../../x", "/etc/x", "//host/x", "C:/x", "a\\b", "a//b",
                             "./a", "", ".", "a/", "caf\xC3\xA9"}) {
        EXPECT_EQ(member_label(name, NameOrigin::zip), name);
        EXPECT_EQ(member_label(name, NameOrigin::other), name);
    }
}

TEST(MemberLabel, OtherBytesAreCodePage437InZipAndEscapedElsewhere) {
    EXPECT_EQ(member_label("\x81\xE1.txt", NameOrigin::zip), "\xC3\xBC\xC3\x9F.txt");
    EXPECT_EQ(member_label("\x81\xE1.txt", NameOrigin::other), "\\x81\\xe1.txt");
    EXPECT_EQ(member_label("d\\\x81", NameOrigin::zip), "d/\xC3\xBC");
    EXPECT_EQ(member_label("/\x81", NameOrigin::zip), "/\xC3\xBC");
    EXPECT_EQ(member_label("d/e\\\x81", NameOrigin::zip), "d/e\\\xC3\xBC");
}

TEST(MemberLabel, CodePage437IsWhole) {
    EXPECT_EQ(from_cp437("\x80\x9B\xE3\xFB\xFF"),
              "\xC3\x87\xC2\xA2\xCF\x80\xE2\x88\x9A\xC2\xA0"); // C cedilla, cent, pi, root, nbsp
    std::string all;
    for (int c = 1; c < 256; ++c) {
        all += static_cast<char>(c);
    }
    const std::string text = from_cp437(all);
    EXPECT_TRUE(is_utf8(text));
    EXPECT_EQ(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }),
              255);
    EXPECT_EQ(text.substr(0, 127), all.substr(0, 127));
}

} // namespace
} // namespace rempart::examine
