// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <unistd.h>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "rempart/act/report.hpp"
#include "rempart/casefile/chats.hpp"
#include "rempart/casefile/evidence.hpp"
#include "rempart/casefile/lists.hpp"
#include "support/kept_groups.hpp"

namespace rempart::act {

/// A folder of its own for each test, removed at its end.
class ReportTest : public ::testing::Test {
  protected:
    void SetUp() override {
        std::string pattern =
            (std::filesystem::temp_directory_path() / "report_test.XXXXXX").string();
        ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
        folder_ = pattern;
    }
    void TearDown() override {
        std::error_code ignored;
        std::filesystem::remove_all(folder_, ignored);
    }
    [[nodiscard]] casefile::Case make_case(std::string case_name = "Exercise 1") const {
        auto made = casefile::Case::create(folder_ / "case", {.id = {},
                                                              .name = std::move(case_name),
                                                              .authority = "Exercise unit",
                                                              .legal_basis = "training",
                                                              .purpose = "test",
                                                              .review_date = "2026-12-31",
                                                              .created = {}});
        EXPECT_TRUE(made) << made.error().message;
        return std::move(*made);
    }
    std::filesystem::path folder_;
};

/// Any distinct bytes: content number `n` without a picture.
inline casefile::ContentRecord content_number(unsigned n) {
    casefile::ContentRecord content;
    for (std::size_t i = 0; i < 4; ++i) {
        content.sha256[i] = content.sha1[i] = content.md5[i] = std::byte(n >> (24 - 8 * i) & 0xFFU);
    }
    content.size_bytes = 1000 + n;
    return content;
}

inline casefile::ContentRecord picture_number(unsigned n) {
    casefile::ContentRecord content = content_number(n);
    content.type = "jpeg";
    content.mime = "image/jpeg";
    content.family = "picture";
    content.picture = casefile::PictureRecord{.format = "jpeg",
                                              .width = 1200,
                                              .height = 900,
                                              .frames = 1,
                                              .exif_orientation = 1,
                                              .partial_reason = {}};
    content.thumbnail = {std::byte{0xFF}, std::byte{0xD8}, std::byte{0xFF}, std::byte{0xD9}};
    return content;
}

/// One exhibit, filled by `fill(writer)`.
template <typename Fill>
void add_exhibit(casefile::Case& file, casefile::ExhibitRecord record, Fill fill) {
    const auto row = casefile::add_exhibit(file, record);
    ASSERT_TRUE(row) << row.error().message;
    auto writer = casefile::IngestWriter::open(file, *row);
    ASSERT_TRUE(writer) << writer.error().message;
    fill(*writer);
    const auto committed = writer->commit();
    ASSERT_TRUE(committed) << committed.error().message;
}

/// An item with the content `content`, or without.
inline void add_item(casefile::IngestWriter& writer, const std::string& path,
                     const casefile::ContentRecord* content, std::optional<Error> error = {}) {
    casefile::ItemRecord item;
    item.seq = writer.next_seq();
    item.path = path;
    item.kind = "file";
    item.state = "allocated";
    item.error = std::move(error);
    if (content != nullptr) {
        item.size_bytes = content->size_bytes;
        const auto row = writer.add_content(*content);
        ASSERT_TRUE(row) << row.error().message;
        item.content = *row;
    }
    const auto added = writer.add_item(item);
    ASSERT_TRUE(added) << added.error().message;
}

using casefile::Case;
using Json = nlohmann::json;

inline std::string text_of(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

inline bool has(std::string_view page, std::string_view part) {
    return page.find(part) != std::string_view::npos;
}

/// The number under a figure of the summary.
inline std::string figure(const std::string& page, const std::string& label) {
    std::smatch found;
    const std::regex shape("<dt>" + label + "</dt><dd>([^<]*)</dd>");
    return std::regex_search(page, found, shape) ? found[1].str() : "no such figure";
}

inline casefile::ExhibitRecord exhibit(std::string label, std::string verification) {
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
        const auto pictures = casefile::all_media(file);
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
        const casefile::GroupWorth worth{.representative = (*pictures)[1].content,
                                         .unknown_members = 1,
                                         .points = 40,
                                         .reasons = {{"no list knows it", 10, "lists of this case"},
                                                     {"camera data present", 30, "EXIF"}}};
        ASSERT_TRUE(casefile::set_groups(file, {{(*pictures)[1].content}},
                                         [&](const auto& /*members*/) { return worth; }));
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

} // namespace rempart::act
