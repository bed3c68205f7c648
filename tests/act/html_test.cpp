// SPDX-License-Identifier: Apache-2.0
#include "act/html.hpp"

#include <string>

#include <gtest/gtest.h>

namespace rempart::act {
namespace {

TEST(EscapeHtml, NoTextBecomesMarkup) {
    EXPECT_EQ(escape_html("<script>alert('x')</script> & \"y\""),
              "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &quot;y&quot;");
}

TEST(EscapeHtml, EveryByteAloneGivesNoMarkupAndNoControlCharacter) {
    for (int byte = 0; byte < 256; ++byte) {
        const std::string escaped = escape_html(std::string(1, static_cast<char>(byte)));
        EXPECT_EQ(escaped.find_first_of("<>\"'"), std::string::npos) << byte;
        EXPECT_FALSE(escaped.empty()) << byte;
        for (const char c : escaped) {
            EXPECT_GE(static_cast<unsigned char>(c), 0x20) << byte;
            EXPECT_LT(static_cast<unsigned char>(c), 0x7F) << byte;
        }
    }
}

TEST(EscapeHtml, TextThatReordersOrHidesIsMadeVisible) {
    EXPECT_EQ(escape_html("photo\u202egpj.exe"), "photo\\u{202e}gpj.exe");
    EXPECT_EQ(escape_html("a\u200bb"), "a\\u{200b}b");
    EXPECT_EQ(escape_html(std::string_view("a\0b", 3)), "a\\u{0}b");
}

TEST(EscapeHtml, AccentsAndOtherScriptsStay) {
    EXPECT_EQ(escape_html("été 写真 صورة"), "été 写真 صورة");
}

TEST(EscapeHtml, LongTextIsCutOnACharacterAndSaysSo) {
    std::string long_text(10'000, 'a');
    EXPECT_EQ(escape_html(long_text).size(), kMaxTextBytes + std::string_view("…").size());
    EXPECT_EQ(escape_html("éé", 3), "é…");
    EXPECT_EQ(escape_html("éé", 4), "éé");
}

TEST(EncodeBase64, GivesTheVectorsOfTheStandard) { // RFC 4648, section 10
    const std::string_view plain = "foobar";
    const std::string_view coded[]{"", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"};
    for (std::size_t i = 0; i <= plain.size(); ++i) {
        EXPECT_EQ(encode_base64(bytes_of(plain.substr(0, i))), coded[i]);
    }
}

TEST(Html, ElementsCloseInOrderAndAttributesAreEscaped) {
    Html html;
    html.open("p", {{"class", "a\" onclick=\"b"}}).element("b", "<").text("&").close();
    EXPECT_EQ(std::move(html).finish(),
              "<p class=\"a&quot; onclick=&quot;b\"><b>&lt;</b>&amp;</p>");
}

TEST(Html, AnAttributeIsNeverCut) {
    Html html;
    html.single("img", {{"src", std::string(5000, 'x')}});
    EXPECT_GT(std::move(html).finish().size(), 5000U);
}

} // namespace
} // namespace rempart::act
