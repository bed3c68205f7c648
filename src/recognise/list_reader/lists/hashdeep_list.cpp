// SPDX-License-Identifier: Apache-2.0
// What `hashdeep` writes (Debian: hashdeep 4.4):
//
//     list    := "%%%% HASHDEEP-1.0" end columns (entry | "#" comment end)*
//     columns := "%%%% size," kind ("," kind)* ",filename" end
//     entry   := size ("," digest)* "," filename end        the file name may hold commas
//     kind    := "md5" | "sha1" | "sha-1" | "sha256" | "sha-256" | others, whose columns are
//                passed over; at least one must be of ours
//
// Source: FILEFORMAT of jessek/hashdeep and the output of hashdeep 4.4.
#include <optional>

#include "recognise/list_reader/lists/list_lines.hpp"
#include "recognise/list_reader/lists/list_readers.hpp"
#include "recognise/list_reader/lists/list_taker.hpp"

namespace rempart::recognise {
namespace {

constexpr std::string_view kMagic = "%%%% HASHDEEP-1.0";

using Columns = std::vector<std::optional<HashKind>>;

std::optional<HashKind> kind_of_column(std::string_view column) {
    if (column == "sha-1") {
        return HashKind::sha1;
    }
    if (column == "sha-256") {
        return HashKind::sha256;
    }
    const auto kind = hash_kind_named(column);
    return kind == HashKind::pdq ? std::nullopt : kind;
}

// The columns stand on one line of at most max_line_bytes, so their number is bounded too.
Result<Columns> parse_columns(std::string_view line) {
    constexpr std::string_view kStart = "%%%% size,";
    constexpr std::string_view kEnd = ",filename";
    if (!line.starts_with(kStart) || !line.ends_with(kEnd) ||
        line.size() <= kStart.size() + kEnd.size()) {
        return fail(Errc::malformed, "the columns must be size, digests, filename");
    }
    std::string_view rest = line.substr(kStart.size(), line.size() - kStart.size() - kEnd.size());
    Columns columns;
    bool any = false;
    while (!rest.empty()) {
        columns.push_back(kind_of_column(take_until(rest, ",")));
        any = any || columns.back();
    }
    if (!any) {
        return fail(Errc::unsupported, "no column is md5, sha1 or sha256");
    }
    return columns;
}

Result<LineRole> parse_line(std::string_view line, const Columns& columns, ListRecord& record) {
    if (line.starts_with('#')) {
        return LineRole::comment;
    }
    const std::string_view size = take_until(line, ",");
    if (size.empty() || size.find_first_not_of("0123456789") != std::string_view::npos) {
        return fail(Errc::malformed, "the size is not a number");
    }
    record.hashes.clear();
    for (const auto& kind : columns) {
        const std::string_view digits = take_until(line, ",");
        if (kind) {
            record.hashes.push_back({*kind, digits});
        }
    }
    if (line.empty()) {
        return fail(Errc::malformed, "no file name");
    }
    record.label = line;
    return LineRole::entry;
}

// Both header lines; leaves `lines` at the first entry.
Result<Columns> read_head(LineWalker& lines) {
    const auto magic = lines.next();
    if (!magic) {
        return fail(magic.error());
    }
    if (*magic != kMagic) {
        return fail(lines.error_here({Errc::malformed, "not a hashdeep list"}));
    }
    const auto columns = lines.next();
    if (!columns) {
        return fail(columns.error());
    }
    return parse_columns(*columns).map_error([&](const Error& e) { return lines.error_here(e); });
}

} // namespace

bool claims_hashdeep_list(std::string_view head) {
    return head.starts_with(kMagic);
}

Result<HashListSummary> read_hashdeep_list(ListText& text, const HashListOptions& options,
                                           const TakeHash& take) {
    LineWalker lines(text, options.limits.max_line_bytes);
    const auto columns = read_head(lines);
    if (!columns) {
        return fail(columns.error());
    }
    ListTaker taker(options, take);
    taker.summary().comments = 2;
    return take_lines(lines, taker, [&](std::string_view line, ListRecord& record) {
        return parse_line(line, *columns, record);
    });
}

} // namespace rempart::recognise
