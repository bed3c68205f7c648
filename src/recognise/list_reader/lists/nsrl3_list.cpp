// SPDX-License-Identifier: Apache-2.0
// NSRL RDS 3, an SQLite database:
//
//     minimal: table FILE(sha256, sha1, md5, ...)                a row for each place of a file
//     full:    table METADATA(..., md5, sha1, sha256, ...)       a row for each file; FILE is a
//     view both:    table VERSION(version, build_set, build_date, release_date, description)
//
// Rows are read in the order of the file: to sort or to take the distinct ones (the view
// DISTINCT_HASH) needs a temporary file as large as the set. Memory: SQLite's cache of 8 MiB.
//
// Source: schema.sql of NIST's RDS 3 as public readers quote it; sqlite.org/fileformat.html.
#include <array>

#include <fmt/format.h>

#include "recognise/list_reader/lists/list_readers.hpp"
#include "recognise/list_reader/lists/list_taker.hpp"
#include "recognise/list_reader/sqlite_input.hpp"
#include "rempart/core/text.hpp"

namespace rempart::recognise {
namespace {

constexpr std::string_view kMagic("SQLite format 3\0", 16);

// Where the header says how large a page is, and how many there are (big-endian).
constexpr std::size_t kHeaderBytes = 100;
constexpr std::size_t kPageSizeAt = 16;
constexpr std::size_t kPagesAt = 28;

std::uint64_t big_endian(ByteView bytes) {
    std::uint64_t value = 0;
    for (const std::byte b : bytes) {
        value = value << 8 | std::to_integer<std::uint64_t>(b);
    }
    return value;
}

// SQLite itself would take a file that was cut for a shorter one until it meets the hole.
Result<void> check_size(ListInput& input) {
    std::array<std::byte, kHeaderBytes> header{};
    const auto read = input.read_at(0, header);
    if (!read) {
        return fail(read.error());
    }
    if (*read < header.size() || !chars_of(header).starts_with(kMagic)) {
        return fail(Errc::malformed, "not an SQLite database");
    }
    const ByteView bytes(header);
    const std::uint64_t stated_size = big_endian(bytes.subspan(kPageSizeAt, 2));
    const std::uint64_t page_bytes = stated_size == 1 ? 65'536 : stated_size;
    const std::uint64_t pages = big_endian(bytes.subspan(kPagesAt, 4));
    if (page_bytes * pages != input.size_bytes()) {
        return fail(Errc::malformed,
                    fmt::format("{} pages of {} bytes in a file of {}: cut, or not closed by its "
                                "writer",
                                pages, page_bytes, input.size_bytes()));
    }
    return {};
}

Result<void> read_version(SqliteInput& database, HashListSummary& summary) {
    const auto has_version = database.has_table("VERSION");
    if (!has_version || !*has_version) {
        return has_version ? Result<void>{} : fail(has_version.error());
    }
    return database.each_row("VERSION", "version, description",
                             [&](SqliteInput::Row row) -> Result<void> {
                                 summary.stated_version = to_utf8(row[0]); // the last is the newest
                                 summary.stated_name = to_utf8(row[1]);
                                 return {};
                             });
}

Result<std::string_view> table_of(SqliteInput& database) {
    for (const std::string_view table : {"METADATA", "FILE"}) {
        const auto has = database.has_table(table);
        if (!has) {
            return fail(has.error());
        }
        if (*has) {
            return table;
        }
    }
    return fail(Errc::unsupported, "an SQLite database without NSRL's tables METADATA or FILE");
}

Result<void> take_row(SqliteInput::Row row, std::uint64_t file_bytes, ListTaker& taker,
                      ListRecord& record) {
    constexpr std::array kKinds{HashKind::sha256, HashKind::sha1, HashKind::md5};
    constexpr std::uint64_t kLeastRowBytes = 32; // an MD5 in hex; pages may form a ring
    ++record.entry;
    record.hashes.clear();
    for (std::size_t i = 0; i < kKinds.size(); ++i) {
        if (!row[i].empty()) {
            record.hashes.push_back({kKinds[i], row[i]});
        }
    }
    if (record.hashes.empty()) {
        taker.count_skipped("row without a hash");
        return {};
    }
    if (taker.summary().records >= file_bytes / kLeastRowBytes) {
        return fail(Errc::malformed, "more rows than the file can hold");
    }
    return taker.take(record);
}

} // namespace

bool claims_nsrl3_list(std::string_view head) {
    return head.starts_with(kMagic);
}

Result<HashListSummary> read_nsrl3_list(ListInput& input, const HashListOptions& options,
                                        const TakeHash& take) {
    if (auto sound = check_size(input); !sound) {
        return fail(sound.error());
    }
    const auto database = SqliteInput::open(input);
    if (!database) {
        return fail(database.error());
    }
    const auto table = table_of(**database);
    if (!table) {
        return fail(table.error());
    }
    ListTaker taker(options, take);
    if (auto read = read_version(**database, taker.summary()); !read) {
        return fail(read.error());
    }
    ListRecord record;
    const auto read = (*database)->each_row(*table, "sha256, sha1, md5", [&](SqliteInput::Row row) {
        return take_row(row, input.size_bytes(), taker, record);
    });
    if (!read) {
        return fail(read.error().code,
                    fmt::format("row {}: {}", record.entry, read.error().message));
    }
    taker.summary().stated_polarity = StatedPolarity::allow;
    return std::move(taker.summary());
}

} // namespace rempart::recognise
