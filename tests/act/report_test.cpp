// SPDX-License-Identifier: Apache-2.0
#include "rempart/act/report.hpp"

#include <array>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <memory>
#include <regex>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "act/facts.hpp"
#include "act/html.hpp"
#include "act/page.hpp"
#include "act/report_json.hpp"
#include "act/sample_case.hpp"
#include "act/words.hpp"

namespace rempart::act {
namespace {

using casefile::Case;
using Json = nlohmann::json;

std::string text_of(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

bool has(std::string_view page, std::string_view part) {
    return page.find(part) != std::string_view::npos;
}

/// The number under a figure of the summary.
std::string figure(const std::string& page, const std::string& label) {
    std::smatch found;
    const std::regex shape("<dt>" + label + "</dt><dd>([^<]*)</dd>");
    return std::regex_search(page, found, shape) ? found[1].str() : "no such figure";
}

casefile::ExhibitRecord exhibit(std::string label, std::string verification) {
    casefile::ExhibitRecord record;
    record.label = std::move(label);
    record.kind = "disk-e01";
    record.source = "/secret/place/on/this/machine.E01";
    record.size_bytes = 50331648;
    record.medium_md5 = std::string(32, 'a');
    record.stored_md5 = std::string(32, 'b');
    record.verification = std::move(verification);
    record.state = "complete";
    return record;
}

class Report : public ReportTest {
  protected:
    [[nodiscard]] ReportOptions options(Language language = Language::en,
                                        Thumbnails thumbnails = Thumbnails::none) const {
        return {.folder = folder_ / "report",
                .language = language,
                .thumbnails = thumbnails,
                .made = TimeValue::utc(1717236000),
                .program_version = "0.1.0"};
    }
    std::string page_of(Case& file, Language language = Language::en,
                        Thumbnails thumbnails = Thumbnails::none) {
        const auto done = write_report(file, options(language, thumbnails));
        EXPECT_TRUE(done) << done.error().message;
        return text_of(folder_ / "report" / "report.html");
    }
    [[nodiscard]] Json json() const {
        return Json::parse(text_of(folder_ / "report" / "report.json"));
    }

    /// Two pictures of which one is known, a broken one, and a group of the other.
    void fill(Case& file) {
        auto record = exhibit("laptop", "failed");
        add_exhibit(file, record, [](casefile::IngestWriter& writer) {
            const auto first = picture_number(1);
            const auto second = picture_number(2);
            auto third = content_number(3);
            third.media_error = Error{Errc::malformed, "row 3 of the picture ends early"};
            add_item(writer, "home/one.jpg", &first);
            add_item(writer, "home/two.jpg", &second);
            add_item(writer, "home/broken.jpg", &third);
            add_item(writer, "home/locked.zip", nullptr,
                     Error{Errc::encrypted, "needs a password"});
        });
        auto list = casefile::ListWriter::begin(file, list_record());
        ASSERT_TRUE(list);
        ASSERT_TRUE(list->add({.id = 0,
                               .algorithm = "sha256",
                               .value = Bytes(32),
                               .entry = 7,
                               .label = {},
                               .category = "4"}));
        const auto row = list->finish(list_record());
        ASSERT_TRUE(row) << row.error().message;
        const auto pictures = casefile::pictures(file);
        ASSERT_TRUE(pictures);
        ASSERT_EQ(pictures->size(), 2U);
        casefile::RowId entry = 0;
        ASSERT_TRUE(casefile::each_entry(file, *row,
                                         [&](const casefile::ListEntryRecord& e) -> Result<void> {
                                             entry = e.id;
                                             return {};
                                         }));
        const casefile::HitRecord hit{.content = (*pictures)[0].content,
                                      .list = *row,
                                      .entry = entry,
                                      .match = "exact",
                                      .algorithm = "sha256",
                                      .variant = {},
                                      .distance = 0,
                                      .orientation = {}};
        ASSERT_TRUE(casefile::add_hits(file, std::span(&hit, 1)));
        const casefile::GroupRecord group{
            .id = (*pictures)[1].sha256,
            .representative = (*pictures)[1].content,
            .members = {(*pictures)[1].content},
            .unknown_members = 1,
            .points = 40,
            .reasons = {{"no list knows it", 10, "lists of this case"},
                        {"camera data present", 30, "EXIF"}}};
        ASSERT_TRUE(casefile::replace_groups(file, std::span(&group, 1)));
    }
    static casefile::ListRecord list_record() {
        return {.id = 0,
                .name = "Exercise list",
                .polarity = "alert",
                .scheme = "",
                .format = "plain",
                .source_name = "known.txt",
                .source_sha256 = std::string(64, 'c'),
                .radius = 31,
                .records = 1,
                .hashes = 1,
                .empty_file_hashes = 0,
                .added = {}};
    }
};

TEST_F(Report, SaysTheSameNumbersOnThePageAndInTheJson) {
    Case file = make_case();
    fill(file);
    const std::string page = page_of(file);
    const Json facts = json();
    EXPECT_EQ(facts["totals"]["items"], 4);
    EXPECT_EQ(facts["totals"]["hits_exact"], 1);
    EXPECT_EQ(facts["problems"]["total"], 2);
    EXPECT_EQ(facts["exhibits_failed_verification"], 1);
    EXPECT_EQ(facts["lists"]["rows"][0]["places"]["rows"][0]["path"], "home/one.jpg");
    EXPECT_EQ(facts["groups"]["rows"][0]["representative"]["path"], "home/two.jpg");
    const Words words(Language::en);
    const auto number = [&](const Json& value) { return words.number(value.get<std::uint64_t>()); };
    EXPECT_EQ(figure(page, "Exhibits"), number(facts["exhibits"]["total"]));
    EXPECT_EQ(figure(page, "Items"), number(facts["totals"]["items"]));
    EXPECT_EQ(figure(page, "Distinct contents"), number(facts["totals"]["contents"]));
    EXPECT_EQ(figure(page, "Pictures"), number(facts["totals"]["pictures"]));
    EXPECT_EQ(figure(page, "Messages"), number(facts["totals"]["messages"]));
    EXPECT_EQ(figure(page, "Known, exact"), number(facts["totals"]["hits_exact"]));
    EXPECT_EQ(figure(page, "Known, near"), number(facts["totals"]["hits_near"]));
    EXPECT_EQ(figure(page, "Groups of new pictures"), number(facts["groups"]["total"]));
    EXPECT_EQ(figure(page, "Could not be read"), number(facts["problems"]["total"]));
}

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

TEST_F(Report, TenThousandProblemsStayAPageThatOpens) {
    Case file = make_case();
    add_exhibit(file, exhibit("laptop", "verified"), [](casefile::IngestWriter& writer) {
        for (int i = 0; i < 10'000; ++i) {
            add_item(writer, fmt::format("broken/{}.jpg", i), nullptr,
                     Error{i % 2 == 0 ? Errc::malformed : Errc::truncated, "ends early"});
        }
    });
    const std::string page = page_of(file);
    EXPECT_LT(page.size(), 200'000U);
    EXPECT_TRUE(has(page, "50 of 5,000 rows are shown"));
    const Json problems = json()["problems"];
    EXPECT_EQ(problems["total"], 10'000);
    EXPECT_EQ(problems["codes"].size(), 2U);
    EXPECT_EQ(problems["codes"][0]["code"], "malformed");
    EXPECT_EQ(problems["codes"][0]["total"], 5'000);
    EXPECT_EQ(problems["codes"][0]["shown"], 50);
    EXPECT_EQ(problems["codes"][0]["rows"].size(), 50U);
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

TEST(StringsOfJson, TakesAnArrayOfStringsAndNothingElse) {
    EXPECT_EQ(strings_of_json(R"(["a","b",3])"), (std::vector<std::string>{"a", "b"}));
    EXPECT_TRUE(strings_of_json("").empty());
    EXPECT_TRUE(strings_of_json("{").empty());
    EXPECT_TRUE(strings_of_json(R"({"a":"b"})").empty());
}

} // namespace
} // namespace rempart::act
