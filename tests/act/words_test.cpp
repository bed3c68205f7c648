// SPDX-License-Identifier: Apache-2.0
#include "act/words.hpp"

#include <filesystem>
#include <limits>
#include <regex>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "rempart/core/text.hpp"
#include "support/files.hpp"

namespace rempart::act {
namespace {

const Words kEnglish(Language::en);
const Words kFrench(Language::fr);

std::multiset<std::string> places(std::string_view text) {
    const std::regex place("\\{[0-9]\\}");
    const std::string copy(text);
    return {std::sregex_token_iterator(copy.begin(), copy.end(), place), {}};
}

TEST(Words, EveryKeyStandsOnceAndHasBothLanguagesWithTheSamePlaces) {
    for (const auto table : {phrases(), row_names()}) {
        std::set<std::string_view> keys;
        for (const Phrase& phrase : table) {
            EXPECT_TRUE(keys.insert(phrase.key).second) << phrase.key;
            EXPECT_FALSE(phrase.en.empty()) << phrase.key;
            EXPECT_FALSE(phrase.fr.empty()) << phrase.key;
            EXPECT_TRUE(is_utf8(phrase.fr)) << phrase.key;
            EXPECT_EQ(places(phrase.en), places(phrase.fr)) << phrase.key;
        }
    }
}

TEST(Words, EveryKeyThatTheCodeUsesExists) {
    std::set<std::string_view> keys;
    for (const Phrase& phrase : phrases()) {
        keys.insert(phrase.key);
    }
    // A quoted text straight behind one of these is a key.
    const std::regex use(
        R"re((?:words\(|fill\(|title_field\(page, |figure\(page, |open_section\(page, [1-7], )"([^"]+)")re");
    std::size_t uses = 0;
    for (const auto& entry : std::filesystem::directory_iterator(kSourceDir / "src/act")) {
        const std::string code = read_project_file(entry.path());
        for (std::sregex_iterator it(code.begin(), code.end(), use), end; it != end; ++it, ++uses) {
            EXPECT_TRUE(keys.contains((*it)[1].str())) << (*it)[1] << " in " << entry.path();
        }
    }
    EXPECT_GT(uses, 50U);
}

TEST(Words, EveryErrorCodeHasAName) {
    for (int i = 0; i <= static_cast<int>(kLastErrc); ++i) {
        const auto code = name(static_cast<Errc>(i));
        EXPECT_NE(kFrench.of_row(code), code);
    }
}

TEST(Words, FrenchTypographyPutsNoPlainBlankBeforeAColon) {
    for (const Phrase& phrase : phrases()) {
        for (const std::string_view wrong : {" :", " ;", " ?", " !", "« ", " »"}) {
            EXPECT_EQ(phrase.fr.find(wrong), std::string_view::npos) << phrase.key;
        }
    }
}

TEST(Words, NumbersAreGroupedAsTheLanguageDoes) {
    EXPECT_EQ(kEnglish.number(0), "0");
    EXPECT_EQ(kEnglish.number(999), "999");
    EXPECT_EQ(kEnglish.number(1'234'567), "1,234,567");
    EXPECT_EQ(kFrench.number(1'234'567), "1\u202f234\u202f567");
    EXPECT_EQ(kEnglish.number(~std::uint64_t{0}), "18,446,744,073,709,551,615");
    EXPECT_EQ(kEnglish.signed_number(-60), "−60");
    EXPECT_EQ(kEnglish.signed_number(30), "+30");
    EXPECT_EQ(kEnglish.signed_number(std::numeric_limits<std::int64_t>::min()),
              "−9,223,372,036,854,775,808");
}

TEST(Words, SizesAreRoundedToOneDecimal) {
    EXPECT_EQ(kEnglish.size(0), "0\u00a0bytes");
    EXPECT_EQ(kEnglish.size(1023), "1,023\u00a0bytes");
    EXPECT_EQ(kEnglish.size(1024), "1\u00a0KiB");
    EXPECT_EQ(kEnglish.size(1536), "1.5\u00a0KiB");
    EXPECT_EQ(kFrench.size(1536), "1,5\u00a0Kio");
    EXPECT_EQ(kEnglish.size(50331648), "48\u00a0MiB");
    EXPECT_EQ(kEnglish.size((std::uint64_t{1} << 20) - 1), "1\u00a0MiB");
    EXPECT_EQ(kEnglish.size(~std::uint64_t{0}), "16384\u00a0PiB");
    EXPECT_EQ(kEnglish.exact_size(2048), "2\u00a0KiB (2,048 bytes)");
}

TEST(Words, TimesSayTheirZone) {
    const TimeValue instant = TimeValue::utc(1717236000);
    EXPECT_EQ(kEnglish.time(instant), "2024-06-01 10:00 UTC");
    EXPECT_EQ(kFrench.time(instant), "01/06/2024 10:00 UTC");
    EXPECT_EQ(kEnglish.time({TimeKind::local_unknown, instant.micros}),
              "2024-06-01 10:00 (zone unknown)");
    EXPECT_EQ(kEnglish.time({}), "–");
    EXPECT_EQ(kFrench.date("2026-12-31"), "31/12/2026");
    EXPECT_EQ(kFrench.date("soon"), "soon");
}

TEST(Words, RowNamesWithoutATranslationStayAsTheyAre) {
    EXPECT_EQ(kFrench.of_row("disk-e01"), "image disque E01");
    EXPECT_EQ(kFrench.of_row("a kind of tomorrow"), "a kind of tomorrow");
    EXPECT_EQ(kFrench.source("2 exhibits"), "2 scellés");
    EXPECT_EQ(kFrench.source("EXIF"), "EXIF");
    EXPECT_EQ(kFrench.source("12"), "12");
    EXPECT_EQ(kFrench.source(""), "");
}

} // namespace
} // namespace rempart::act
