// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <filesystem>
#include <string>
#include <utility>

#include <gtest/gtest.h>
#include <unistd.h>

#include "rempart/casefile/chats.hpp"
#include "rempart/casefile/evidence.hpp"
#include "rempart/casefile/lists.hpp"

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

} // namespace rempart::act
