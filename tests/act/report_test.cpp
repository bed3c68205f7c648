// SPDX-License-Identifier: Apache-2.0
#include "rempart/act/report.hpp"

#include <array>
#include <cstdio>
#include <fstream>
#include <memory>
#include <regex>
#include <string>

#include <gtest/gtest.h>

#include "act/html.hpp"
#include "act/page.hpp"
#include "act/sample_case.hpp"
#include "act/words.hpp"
#include "support/kept_groups.hpp"

namespace rempart::act {
namespace {

TEST_F(Report, NamesWhatFailedAndWhatCouldNotBeReadInWords) {
    Case file = make_case();
    fill(file);
    const std::string page = page_of(file);
    for (const std::string_view part :
         {"Exercise unit", "training", "2026-12-31", "Rempart 0.1.0", "FAILED", "home/one.jpg",
          "needs a password", "row 3 of the picture ends early", "encrypted", "camera data present",
          "Exhibits that failed verification: 1"}) {
        EXPECT_TRUE(has(page, part)) << part;
    }
    EXPECT_FALSE(has(page, "/secret/place"));
}

TEST_F(Report, FrenchPageHasTheSameJsonAndNoEnglishTitle) {
    Case file = make_case();
    fill(file);
    page_of(file);
    const std::string english = text_of(folder_ / "report" / "report.json");
    const std::string page = page_of(file, Language::fr);
    EXPECT_EQ(english, text_of(folder_ / "report" / "report.json"));
    EXPECT_TRUE(has(page, "<html lang=\"fr\">"));
    EXPECT_TRUE(has(page, "Rapport d’examen"));
    EXPECT_TRUE(has(page, "31/12/2026"));
    EXPECT_TRUE(has(page, "ÉCHEC"));
    EXPECT_TRUE(has(page, "données d’appareil photo"));
    for (const Phrase& phrase : phrases()) {
        if (phrase.en != phrase.fr && phrase.key.ends_with(" title")) {
            EXPECT_FALSE(has(page, escape_html(phrase.en))) << phrase.key;
        }
    }
}

TEST_F(Report, LoadsNothingAndRunsNothing) {
    Case file = make_case();
    fill(file);
    for (const auto thumbnails : {Thumbnails::none, Thumbnails::blurred}) {
        const std::string page = page_of(file, Language::en, thumbnails);
        EXPECT_FALSE(std::regex_search(
            page, std::regex("<(script|link|iframe|object|embed|form|base)", std::regex::icase)));
        EXPECT_FALSE(std::regex_search(page, std::regex("(https?:)?//", std::regex::icase)));
        EXPECT_FALSE(
            std::regex_search(page, std::regex("\\s(on[a-z]+|style)\\s*=", std::regex::icase)));
        EXPECT_FALSE(has(page, "url("));
        EXPECT_FALSE(has(page, "@import"));
        EXPECT_TRUE(has(page, "default-src &#39;none&#39;; img-src data:; style-src &#39;sha256-"));
    }
}

TEST_F(Report, PolicyAllowsTheStyleSheetByItsDigest) {
    // The digest comes from another program: coreutils and openssl would both do.
    const auto css = folder_ / "style.css";
    std::ofstream(css, std::ios::binary) << style_sheet();
    const std::string command = "openssl dgst -sha256 -binary " + css.string() + " | base64";
    const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
    ASSERT_TRUE(pipe);
    std::array<char, 128> line{};
    ASSERT_NE(std::fgets(line.data(), line.size(), pipe.get()), nullptr);
    EXPECT_EQ(std::string(line.data()), std::string(style_sha256()) + '\n');
}

TEST_F(Report, ThumbnailsAreOffUnlessAskedForAndThenBlurred) {
    Case file = make_case();
    fill(file);
    EXPECT_FALSE(has(page_of(file), "<img"));
    const std::string page = page_of(file, Language::en, Thumbnails::blurred);
    EXPECT_TRUE(has(page, "<span class=\"preview\"><img src=\"data:image/jpeg;base64,/9j/2Q==\""));
    EXPECT_TRUE(has(style_sheet(), "filter:grayscale(1) blur("));
}

// A near hit of the second picture's content, with places as a video has them.
void add_video_hit(Case& file) {
    const auto lists = casefile::lists(file);
    const auto pictures = casefile::all_media(file);
    ASSERT_TRUE(lists && pictures);
    casefile::RowId entry = 0;
    ASSERT_TRUE(casefile::each_entry(file, lists->front().id,
                                     [&](const casefile::ListEntryRecord& e) -> Result<void> {
                                         entry = e.id;
                                         return {};
                                     }));
    const casefile::HitRecord hit{
        .content = (*pictures)[1].content,
        .list = lists->front().id,
        .entry = entry,
        .match = "near",
        .algorithm = "pdq",
        .variant = "trimmed",
        .distance = 4,
        .orientation = "original",
        .segments = {{.from_ms = 1'000,
                      .to_ms = 13'400,
                      .entry_from_ms = 3'725'600,
                      .entry_to_ms = 3'738'000},
                     {.from_ms = 20'000, .to_ms = 21'000, .entry_from_ms = {}, .entry_to_ms = {}}}};
    const auto added = casefile::add_hits(file, std::span(&hit, 1));
    ASSERT_TRUE(added) << added.error().message;
}

TEST_F(Report, AHitOfAVideoSaysWhereInBothAndShowsItsFramesOnlyIfAskedFor) {
    Case file = make_case();
    fill(file);
    add_video_hit(file);
    const std::string page = page_of(file);
    EXPECT_TRUE(has(page, "<li>0:01 to 0:13 here is 1:02:06 to 1:02:18 of the listed video</li>"));
    EXPECT_TRUE(has(page, "<li>at 0:20 to 0:21 of the video</li>"));
    EXPECT_FALSE(has(page, "<img"));
    EXPECT_TRUE(has(page_of(file, Language::fr),
                    "de 0:01 à 0:13 ici\u00a0: de 1:02:06 à 1:02:18 de la vidéo recensée"));
    EXPECT_TRUE(has(page_of(file, Language::en, Thumbnails::blurred),
                    "<span class=\"preview sheet\"><img src=\"data:image/jpeg;base64,/9j/2Q==\""));
    std::size_t videos = 0;
    const Json report = json();
    for (const Json& place : report["lists"]["rows"][0]["places"]["rows"]) {
        if (place["segments"].empty()) {
            continue;
        }
        ++videos;
        EXPECT_EQ(place["segments"][0]["from"], 1.0);
        EXPECT_EQ(place["segments"][0]["entry_to"], 3738.0);
        EXPECT_TRUE(place["segments"][1]["entry_from"].is_null());
    }
    EXPECT_EQ(videos, 1U);
}

TEST_F(Report, HostileTextsStayTexts) {
    Case file = make_case("<script>alert(1)</script>");
    auto record = exhibit("\"><img src=x>", "verified");
    add_exhibit(file, record, [](casefile::IngestWriter& writer) {
        const Error error{Errc::damaged, "</td><script>"};
        add_item(writer, "<svg onload=alert(1)>.jpg", nullptr, error);
        add_item(writer, "harmless\u202egpj.exe", nullptr, error);
        add_item(writer, std::string(10'000, 'n'), nullptr, error);
    });
    const std::string page = page_of(file);
    EXPECT_FALSE(std::regex_search(page, std::regex("<(script|svg)", std::regex::icase)));
    EXPECT_FALSE(has(page, "<img"));
    EXPECT_TRUE(has(page, "&lt;svg onload=alert(1)&gt;.jpg"));
    EXPECT_TRUE(has(page, "harmless\\u{202e}gpj.exe"));
    EXPECT_FALSE(has(page, std::string(kMaxTextBytes + 1, 'n')));
    EXPECT_EQ(json()["case"]["name"], "<script>alert(1)</script>");
}

TEST_F(Report, AnEmptyCaseGivesAWholePage) {
    Case file = make_case();
    for (const auto language : {Language::en, Language::fr}) {
        const std::string page = page_of(file, language);
        EXPECT_TRUE(page.starts_with("<!DOCTYPE html>\n<html"));
        EXPECT_TRUE(page.ends_with("</html>\n"));
    }
    EXPECT_EQ(json()["exhibits"]["total"], 0);
}

TEST_F(Report, ReplacesAnOlderReportAndLeavesNothingBeside) {
    Case file = make_case();
    page_of(file);
    std::ofstream(folder_ / "report" / "report.html") << "older";
    EXPECT_TRUE(has(page_of(file), "<!DOCTYPE html>"));
    const auto entries = std::distance(std::filesystem::directory_iterator(folder_ / "report"), {});
    EXPECT_EQ(entries, 2);
    const auto permissions =
        std::filesystem::status(folder_ / "report" / "report.html").permissions();
    EXPECT_EQ(permissions & std::filesystem::perms::others_all, std::filesystem::perms::none);
}

TEST_F(Report, AFolderThatCannotBeMadeIsAnError) {
    Case file = make_case();
    std::ofstream(folder_ / "report") << "a file lies where the folder should be";
    const auto done = write_report(file, options());
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, Errc::io);
}

} // namespace
} // namespace rempart::act
