// SPDX-License-Identifier: Apache-2.0
#include "rempart/act/report.hpp"

#include <array>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <memory>
#include <regex>
#include <set>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "act/facts.hpp"
#include "act/html.hpp"
#include "act/page.hpp"
#include "act/report_json.hpp"
#include "act/sample_case.hpp"
#include "act/words.hpp"
#include "support/files.hpp"

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
    static casefile::ListRecord list_record(std::string name = "Exercise list") {
        return {.id = 0,
                .name = std::move(name),
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
    EXPECT_EQ(figure(page, "On alert lists, exact"), number(facts["alert_exact"]));
    EXPECT_EQ(figure(page, "On alert lists, near"), number(facts["alert_near"]));
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

TEST_F(Report, OnePlaceIsOneRowHoweverManyDigestsMatch) {
    Case file = make_case();
    fill(file);
    const auto pictures = casefile::pictures(file);
    ASSERT_TRUE(pictures);
    auto begun = casefile::ListWriter::begin(file, list_record("Second list"));
    ASSERT_TRUE(begun);
    std::vector<casefile::HitRecord> hits;
    for (const std::string algorithm : {"md5", "sha1"}) {
        ASSERT_TRUE(begun->add({.id = 0,
                                .algorithm = algorithm,
                                .value = Bytes(algorithm == "md5" ? 16 : 20),
                                .entry = 3,
                                .label = {},
                                .category = {}}));
        hits.push_back({.content = (*pictures)[0].content,
                        .list = 0,
                        .entry = 0,
                        .match = "exact",
                        .algorithm = algorithm,
                        .variant = {},
                        .distance = 0,
                        .orientation = {}});
    }
    const auto row = begun->finish(list_record("Second list"));
    ASSERT_TRUE(row);
    std::size_t next = 0;
    ASSERT_TRUE(casefile::each_entry(file, *row, [&](const auto& entry) -> Result<void> {
        hits[next].list = *row;
        hits[next++].entry = entry.id;
        return {};
    }));
    ASSERT_TRUE(casefile::add_hits(file, hits));
    EXPECT_TRUE(has(page_of(file), "exact, md5, sha1"));
    const Json places = json()["lists"]["rows"][1]["places"];
    EXPECT_EQ(places["total"], 1);
    EXPECT_EQ(places["rows"][0]["algorithms"], (Json{"md5", "sha1"}));
    EXPECT_EQ(json()["alert_exact"], 1); // one content, on two alert lists
}

TEST_F(Report, ConversationsAndRejectedRecordsAreCounted) {
    Case file = make_case();
    add_exhibit(file, exhibit("phone", "not-applicable"), [](casefile::IngestWriter& writer) {
        const std::uint64_t seq = writer.next_seq();
        const auto conversation = writer.add_conversation({.id = 0,
                                                           .item_seq = seq,
                                                           .platform = "telegram",
                                                           .native_id = "private_group:1",
                                                           .kind = "group",
                                                           .title = "Club de <jardinage>"});
        ASSERT_TRUE(conversation);
        casefile::MessageRecord message;
        message.conversation = *conversation;
        message.item_seq = seq;
        message.kind = "text";
        message.sender_id = "user1";
        message.sent_utc = TimeValue::utc(1717236000);
        ASSERT_TRUE(writer.add_message(message));
        casefile::ChatExportRecord record;
        record.item_seq = seq;
        record.format = "telegram_json";
        record.parsed = 1;
        record.rejected = 2;
        record.known_losses_json = R"(["Secret chats are not in the export."])";
        record.reject_reasons = {"byte 17: no id"};
        ASSERT_TRUE(writer.add_chat_export(record));
        auto content = content_number(9);
        content.media_error = Error{Errc::malformed, "2 of 3 messages could not be read"};
        add_item(writer, "result.json", &content);
    });
    const std::string page = page_of(file);
    for (const std::string_view part :
         {"Club de &lt;jardinage&gt;", "2024-06-01 10:00 UTC", "byte 17: no id",
          "1 of 2 rows are shown", "Secret chats are not in the export."}) {
        EXPECT_TRUE(has(page, part)) << part;
    }
    const Json facts = json();
    EXPECT_EQ(facts["conversations"]["rows"][0]["messages"], 1);
    EXPECT_EQ(facts["rejects"]["total"], 2);
    EXPECT_EQ(facts["problems"]["total"], 1); // the export, once
}

TEST_F(Report, AVolumeAndItsProblemItemAreOneProblem) {
    Case file = make_case();
    add_exhibit(file, exhibit("medium", "nothing-to-compare"), [](casefile::IngestWriter& writer) {
        casefile::ItemRecord item;
        item.seq = writer.next_seq();
        item.kind = "problem";
        item.state = "allocated";
        item.error = Error{Errc::unsupported, "no file system"};
        ASSERT_TRUE(writer.add_item(item));
    });
    const auto stored = casefile::exhibit_labelled(file, "medium");
    ASSERT_TRUE(stored && *stored);
    const std::vector<casefile::VolumeRecord> volumes{
        {.offset_bytes = 0,
         .size_bytes = 512,
         .label = "whole medium",
         .file_system = {},
         .items = 0,
         .error = Error{Errc::unsupported, "no file system"}},
        {.offset_bytes = 512,
         .size_bytes = 512,
         .label = "partition 2",
         .file_system = {},
         .items = 0,
         .error = Error{Errc::encrypted, "needs a key"}}};
    ASSERT_TRUE(casefile::replace_volumes(file, (*stored)->id, volumes));
    EXPECT_TRUE(has(page_of(file), "needs a key"));
    EXPECT_EQ(json()["problems"]["total"], 2);
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

// Of a JSON value, the keys at any depth.
void collect_keys(const Json& value, std::set<std::string>& keys) {
    if (value.is_object()) {
        for (const auto& [key, inner] : value.items()) {
            keys.insert(key);
            collect_keys(inner, keys);
        }
    } else if (value.is_array()) {
        for (const auto& inner : value) {
            collect_keys(inner, keys);
        }
    }
}

TEST_F(Report, EveryKeyOfTheJsonIsDocumented) {
    Case file = make_case();
    fill(file);
    page_of(file);
    Json facts = json();
    facts["totals"].erase("errors"); // its keys are codes
    facts["exhibits"]["rows"][0]["totals"].erase("errors");
    std::set<std::string> keys;
    collect_keys(facts, keys);
    const std::string page = read_project_file("docs/report.md");
    for (const std::string& key : keys) {
        // The digests are named in words.
        if (key != "md5" && key != "sha1") {
            EXPECT_TRUE(has(page, '"' + key + '"') || has(page, '`' + key + '`')) << key;
        }
    }
    EXPECT_GT(keys.size(), 60U);
}

TEST(StringsOfJson, TakesAnArrayOfStringsAndNothingElse) {
    EXPECT_EQ(strings_of_json(R"(["a","b",3])"), (std::vector<std::string>{"a", "b"}));
    EXPECT_TRUE(strings_of_json("").empty());
    EXPECT_TRUE(strings_of_json("{").empty());
    EXPECT_TRUE(strings_of_json(R"({"a":"b"})").empty());
}

} // namespace
} // namespace rempart::act
