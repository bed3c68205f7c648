// SPDX-License-Identifier: Apache-2.0
// Tables of comma separated values whose first line names the columns:
//
//     list   := header (record | "") end ...      fields as in RFC 4180, a record is one line
//     record := as many fields as the header; at least one of the hash columns not empty
//
// The last record may lack its end if its last field is a hash.
//
// Columns are found by name, in any case and order; those without a meaning here are passed over.
// Sources: NSRL RDS 1.5 and 2, HashKeeper and iLook as hashdeep's samples and IPED's HashDBTool
// have them; `csv` is our choice (it reads ICSE's table, which is delimited by semicolons).
#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "recognise/list_reader/lists/csv_fields.hpp"
#include "recognise/list_reader/lists/hashkeeper_description.hpp"
#include "recognise/list_reader/lists/list_lines.hpp"
#include "recognise/list_reader/lists/list_readers.hpp"
#include "recognise/list_reader/lists/list_taker.hpp"

namespace rempart::recognise {
namespace {

struct HashColumn {
    std::string_view name;
    HashKind kind;
};

/// What a kind of table calls its columns, in lower case.
struct TableLayout {
    std::span<const std::string_view> required; ///< All of them: how the format is known.
    std::span<const HashColumn> hashes;         ///< At least one of them.
    std::span<const std::string_view> labels;   ///< The first of them that is there.
    std::span<const std::string_view> categories;
    /// What a category that is not empty says against its entry; empty: nothing.
    std::string_view mark;
    StatedPolarity polarity = StatedPolarity::none;
};

constexpr std::array<std::string_view, 5> kNsrlRequired{"sha-1", "md5", "filename", "productcode",
                                                        "specialcode"};
constexpr std::array kNsrlHashes{HashColumn{"sha-1", HashKind::sha1},
                                 HashColumn{"md5", HashKind::md5}};
constexpr std::array<std::string_view, 1> kFilename{"filename"};
constexpr std::array<std::string_view, 1> kSpecialCode{"specialcode"};
// M: malicious; S: special. Either is no known good file.
constexpr TableLayout kNsrl{kNsrlRequired, kNsrlHashes,    kFilename,
                            kSpecialCode,  "SpecialCode ", StatedPolarity::allow};

constexpr std::array<std::string_view, 4> kHashkeeperRequired{"file_id", "hashset_id", "file_name",
                                                              "hash"};
constexpr std::array kHashkeeperHashes{HashColumn{"hash", HashKind::md5}};
constexpr std::array<std::string_view, 1> kFileName{"file_name"};
constexpr TableLayout kHashkeeper{kHashkeeperRequired, kHashkeeperHashes, kFileName, {}, {}};

constexpr std::array<std::string_view, 3> kIlookRequired{"hashsha1", "filename", "filepath"};
constexpr std::array kIlookHashes{
    HashColumn{"v3hash", HashKind::md5}, HashColumn{"v4hash", HashKind::md5},
    HashColumn{"hashsha1", HashKind::sha1}, HashColumn{"hashsha256", HashKind::sha256}};
constexpr TableLayout kIlook{kIlookRequired, kIlookHashes, kFilename, {}, {}};

constexpr std::array kCsvHashes{
    HashColumn{"md5", HashKind::md5},        HashColumn{"sha1", HashKind::sha1},
    HashColumn{"sha-1", HashKind::sha1},     HashColumn{"sha256", HashKind::sha256},
    HashColumn{"sha-256", HashKind::sha256}, HashColumn{"pdq", HashKind::pdq}};
constexpr std::array<std::string_view, 6> kCsvLabels{"label", "filename", "file_name",
                                                     "name",  "path",     "image id"};
constexpr std::array<std::string_view, 1> kCategory{"category"};
constexpr TableLayout kCsv{{}, kCsvHashes, kCsvLabels, kCategory, {}};

/// Where the columns of one table stand.
struct Columns {
    char delimiter = ',';
    std::size_t count = 0;
    std::vector<std::pair<std::size_t, HashKind>> hashes;
    std::optional<std::size_t> label;
    std::optional<std::size_t> category;
    std::string_view mark;
};

std::optional<std::size_t> first_of(std::span<const std::string_view> names,
                                    std::span<const std::string> header) {
    for (const std::string_view name : names) {
        const auto found = std::ranges::find(header, name);
        if (found != header.end()) {
            return static_cast<std::size_t>(found - header.begin());
        }
    }
    return std::nullopt;
}

Result<Columns> find_columns(std::string_view line, char delimiter, const TableLayout& layout) {
    CsvFields fields;
    if (const auto split = fields.split(line, delimiter); !split) {
        return fail(split.error());
    }
    std::vector<std::string> header;
    for (const std::string_view field : fields.fields()) {
        header.push_back(ascii_lower(field));
    }
    for (const std::string_view name : layout.required) {
        if (std::ranges::find(header, name) == header.end()) {
            return fail(Errc::malformed, fmt::format("no column named {}", name));
        }
    }
    Columns columns{.delimiter = delimiter,
                    .count = header.size(),
                    .hashes = {},
                    .label = first_of(layout.labels, header),
                    .category = first_of(layout.categories, header),
                    .mark = layout.mark};
    for (std::size_t i = 0; i < header.size(); ++i) {
        const auto column = std::ranges::find(layout.hashes, header[i], &HashColumn::name);
        if (column != layout.hashes.end()) {
            columns.hashes.emplace_back(i, column->kind);
        }
    }
    if (columns.hashes.empty()) {
        return fail(Errc::malformed, "no column of hashes");
    }
    return columns;
}

bool claims_table(std::string_view head, const TableLayout& layout) {
    return find_columns(first_line(head), ',', layout).has_value();
}

/// What the parse of a line needs beside it.
struct LineRoom {
    CsvFields fields;
    std::string mark;
};

Result<LineRole> parse_record(const Columns& columns, LineRoom& room, std::string_view line,
                              ListRecord& record) {
    if (line.empty()) {
        return LineRole::comment;
    }
    if (const auto split = room.fields.split(line, columns.delimiter); !split) {
        return fail(split.error());
    }
    const auto values = room.fields.fields();
    if (values.size() != columns.count) {
        return fail(Errc::malformed,
                    fmt::format("{} fields, {} expected", values.size(), columns.count));
    }
    record.hashes.clear();
    for (const auto& [index, kind] : columns.hashes) {
        if (!values[index].empty()) {
            record.hashes.push_back({kind, values[index]});
        }
    }
    record.label = columns.label ? values[*columns.label] : std::string_view{};
    record.shows_its_end = columns.hashes.back().first + 1 == columns.count &&
                           !values[columns.hashes.back().first].empty();
    record.category = columns.category ? values[*columns.category] : std::string_view{};
    record.mark = {};
    if (!columns.mark.empty() && !record.category.empty()) {
        room.mark = columns.mark;
        room.mark += record.category;
        record.mark = room.mark;
    }
    return LineRole::entry;
}

Result<HashListSummary> read_table(ListText& text, const HashListOptions& options,
                                   const TakeHash& take, const TableLayout& layout,
                                   std::string_view delimiters = ",") {
    LineWalker lines(text, options.limits.max_line_bytes);
    const auto header = lines.next();
    if (!header) {
        return fail(header.error());
    }
    auto columns = find_columns(*header, delimiters[0], layout);
    for (const char delimiter : delimiters.substr(1)) {
        if (!columns) {
            columns = find_columns(*header, delimiter, layout);
        }
    }
    if (!columns) {
        return fail(lines.error_here(columns.error()));
    }
    ListTaker taker(options, take);
    taker.count_comment(); // the header
    taker.summary().stated_polarity = layout.polarity;
    LineRoom room;
    return take_lines(lines, taker, [&](std::string_view line, ListRecord& record) {
        return parse_record(*columns, room, line, record);
    });
}

// A table of another format may have a column that is named like ours, too.
bool is_other_table(std::string_view head) {
    return claims_nsrl_list(head) || claims_hashkeeper_list(head) || claims_ilook_list(head);
}

constexpr std::string_view kCsvDelimiters = ",;\t";

} // namespace

bool claims_nsrl_list(std::string_view head) {
    return claims_table(head, kNsrl);
}

Result<HashListSummary> read_nsrl_list(ListText& text, const HashListOptions& options,
                                       const TakeHash& take) {
    return read_table(text, options, take, kNsrl);
}

bool claims_hashkeeper_list(std::string_view head) {
    return claims_table(head, kHashkeeper) || is_hashkeeper_description(head);
}

Result<HashListSummary> read_hashkeeper_list(ListText& text, const HashListOptions& options,
                                             const TakeHash& take) {
    const auto head = text.peek(options.limits.max_line_bytes);
    if (!head) {
        return fail(head.error());
    }
    return is_hashkeeper_description(*head) ? read_hashkeeper_description(text, options)
                                            : read_table(text, options, take, kHashkeeper);
}

bool claims_ilook_list(std::string_view head) {
    return claims_table(head, kIlook);
}

Result<HashListSummary> read_ilook_list(ListText& text, const HashListOptions& options,
                                        const TakeHash& take) {
    return read_table(text, options, take, kIlook);
}

bool claims_csv_list(std::string_view head) {
    return !is_other_table(head) && std::ranges::any_of(kCsvDelimiters, [&](char delimiter) {
        return find_columns(first_line(head), delimiter, kCsv).has_value();
    });
}

Result<HashListSummary> read_csv_list(ListText& text, const HashListOptions& options,
                                      const TakeHash& take) {
    const auto head = text.peek(options.limits.max_line_bytes);
    if (!head) {
        return fail(head.error());
    }
    if (is_other_table(head->substr(0, options.limits.max_line_bytes))) {
        return fail(Errc::malformed, "line 1: the header of another format");
    }
    return read_table(text, options, take, kCsv, kCsvDelimiters);
}

} // namespace rempart::recognise
