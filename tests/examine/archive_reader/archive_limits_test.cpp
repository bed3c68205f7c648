// SPDX-License-Identifier: Apache-2.0
//
// Archives that unpack to more than anyone wants, made by libarchive's own writer.
#include <string>
#include <vector>

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "support/archive_fixtures.hpp"
#include "walking.hpp"

namespace rempart::examine {
namespace {

struct Bomb {
    int (*format)(archive*) = nullptr;
    int (*filter)(archive*) = archive_write_add_filter_none;
    std::uint64_t zeros = 0;
};

la_ssize_t append(archive* /*writer*/, void* out, const void* bytes, std::size_t size) {
    static_cast<std::string*>(out)->append(static_cast<const char*>(bytes), size);
    return static_cast<la_ssize_t>(size);
}

std::string make(const Bomb& bomb) {
    std::string out;
    archive* writer = archive_write_new();
    bomb.format(writer);
    bomb.filter(writer);
    archive_write_set_bytes_in_last_block(writer, 1);
    archive_write_open(writer, &out, nullptr, append, nullptr);
    archive_entry* entry = archive_entry_new();
    archive_entry_set_pathname(entry, "zeros");
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_size(entry, static_cast<la_int64_t>(bomb.zeros));
    EXPECT_EQ(archive_write_header(writer, entry), ARCHIVE_OK);
    const std::string block(1U << 20U, '\0');
    for (std::uint64_t at = 0; at < bomb.zeros; at += block.size()) {
        archive_write_data(writer, block.data(), block.size());
    }
    archive_entry_free(entry);
    archive_write_free(writer);
    return out;
}

struct Outcome {
    std::vector<Recorded> items;
    std::uint64_t bytes = 0;
};

Outcome count(const std::string& bytes, const ArchiveLimits& limits) {
    static const auto environment = ArchiveEnvironment::prepare();
    const UniqueFd file = memory_file(bytes);
    RecordingSink sink(1U << 20U);
    sink.keep_content = false;
    EXPECT_TRUE(walk_archive(environment.value(), file.get(), limits, sink, no_heartbeat));
    return {std::move(sink.items), sink.bytes};
}

// The member that hit the limit, and a problem that says which.
void expect_limit(const Outcome& outcome, std::string_view which) {
    ASSERT_GE(outcome.items.size(), 2U);
    const Recorded& member = outcome.items[outcome.items.size() - 2];
    const Recorded& problem = outcome.items.back();
    EXPECT_EQ(member.end.error.value().code, Errc::limit_exceeded);
    EXPECT_EQ(problem.head.kind, ItemKind::problem);
    EXPECT_EQ(problem.head.error.value().code, Errc::limit_exceeded);
    EXPECT_NE(problem.head.error.value().message.find(which), std::string::npos)
        << problem.head.error.value().message;
}

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;

TEST(ArchiveLimits, ABombEndsAtTheRatioWhateverItsSize) {
    for (const auto format : {archive_write_set_format_zip, archive_write_set_format_pax}) {
        const bool is_zip = format == archive_write_set_format_zip;
        const std::string bomb =
            make({.format = format,
                  .filter = is_zip ? archive_write_add_filter_none : archive_write_add_filter_gzip,
                  .zeros = 100 * kMiB});
        EXPECT_LT(bomb.size(), kMiB);
        const Outcome outcome = count(bomb, {});
        expect_limit(outcome, "ratio");
        EXPECT_GE(outcome.bytes, 60 * kMiB);
        EXPECT_LE(outcome.bytes, 66 * kMiB);
    }
}

TEST(ArchiveLimits, SmallContentMayCompressWithoutBound) {
    const std::string small =
        make({.format = archive_write_set_format_zip, .zeros = 60 * kMiB}); // ratio about 1,000
    const Outcome outcome = count(small, {});
    ASSERT_EQ(outcome.items.size(), 1U);
    EXPECT_EQ(outcome.items[0].error(), nullptr);
    EXPECT_EQ(outcome.bytes, 60 * kMiB);
}

// A member of the old GNU format (type 'S') of 2^40 bytes, of which the first 512 are there.
std::string sparse_tar() {
    std::string header(512, '\0');
    const auto put = [&header](std::size_t at, std::string_view text) {
        header.replace(at, text.size(), text);
    };
    put(0, "hole");
    put(100, "0000644");
    put(124, "00000001000"); // bytes in the archive
    put(136, "00000000000");
    put(148, "        ");
    put(156, "S");
    put(257, "ustar  ");
    put(386, "00000000000");
    put(398, "00000001000");                                 // the first stretch: 512 bytes at 0
    put(483, std::string("\x80\0\0\0\0\0\1\0\0\0\0\0", 12)); // real size, base 256
    unsigned sum = 0;
    for (const char c : header) {
        sum += static_cast<unsigned char>(c);
    }
    put(148, fmt::format("{:06o}", sum) + std::string(1, '\0') + " ");
    return header + std::string(512, 'x') + std::string(1024, '\0');
}

TEST(ArchiveLimits, HolesCountAsBytes) {
    const Outcome by_ratio = count(sparse_tar(), {});
    expect_limit(by_ratio, "ratio");
    EXPECT_GE(by_ratio.bytes, 63 * kMiB);
    EXPECT_LE(by_ratio.bytes, 65 * kMiB);
    EXPECT_EQ(by_ratio.items[0].head.size_bytes, std::uint64_t{1} << 40);
    const Outcome by_total = count(sparse_tar(), {.max_total_bytes = 10 * kMiB});
    expect_limit(by_total, "total");
    EXPECT_LE(by_total.bytes, 10 * kMiB);
}

TEST(ArchiveLimits, TheTotalIsOverAllMembers) {
    const std::string bytes = fixture_bytes("plain.zip"); // 32, 1160 and 0 bytes
    const Outcome fits = count(bytes, {.max_total_bytes = 1192});
    ASSERT_EQ(fits.items.size(), 3U);
    EXPECT_EQ(fits.items[1].error(), nullptr);
    expect_limit(count(bytes, {.max_total_bytes = 1191}), "total");
}

TEST(ArchiveLimits, EntriesCountDirectoriesToo) {
    const std::string bytes = fixture_bytes("plain.zip"); // three files and a directory
    EXPECT_EQ(count(bytes, {.max_entries = 4}).items.size(), 3U);
    const Outcome cut = count(bytes, {.max_entries = 2});
    ASSERT_EQ(cut.items.size(), 2U);
    EXPECT_EQ(cut.items[0].error(), nullptr);
    EXPECT_EQ(cut.items[1].head.error.value().code, Errc::limit_exceeded);
    EXPECT_NE(cut.items[1].head.error.value().message.find("entries"), std::string::npos);
}

} // namespace
} // namespace rempart::examine
