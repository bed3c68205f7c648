// SPDX-License-Identifier: Apache-2.0
// Plain lines, the form that most tools can write:
//
//     list  := line* [entry]       the last one without an end only if it has no label
//     line  := (entry | "#" comment | ";" comment | "") end
//     entry := hash [label] | "\" hash sum-label, escaped | spaces size "  " hash sum-label
//     label := "," text | TAB text | sum-label
//     sum-label := " " (" " | "*") text          as md5sum and its kin write it: text or binary
//     hash  := hexadecimal digits, as many as the kind has
//     end   := LF | CR LF
//
// A line that begins with "\" has "\\", "\n" and "\r" in its label for a backslash and line ends.
// Source: md5sum(1) of GNU coreutils and md5deep(1) (-z writes the size); the rest is our choice,
// because such lists have no standard.
#include <algorithm>
#include <string>

#include "recognise/list_reader/lists/list_lines.hpp"
#include "recognise/list_reader/lists/list_readers.hpp"
#include "recognise/list_reader/lists/list_taker.hpp"

namespace rempart::recognise {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdefABCDEF";
constexpr std::string_view kSeparators = ", \t";

bool is_content(std::string_view line) {
    return !line.empty() && !line.starts_with('#') && !line.starts_with(';');
}

// Takes `   1234  ` off a line of `md5deep -z`; any other line stays as it is.
void skip_size(std::string_view& line) {
    const std::size_t start = std::min(line.find_first_not_of(' '), line.size());
    const std::size_t end = std::min(line.find_first_not_of("0123456789", start), line.size());
    constexpr std::size_t kMaxSizeDigits = 20; // of 2^64; a hash has more
    if (end > start && end - start <= kMaxSizeDigits && line.substr(end).starts_with("  ")) {
        line.remove_prefix(end + 2);
    }
}

Result<std::string> unescape(std::string_view label) {
    std::string plain;
    for (std::size_t i = 0; i < label.size(); ++i) {
        if (label[i] != '\\') {
            plain += label[i];
            continue;
        }
        ++i;
        const char c = i < label.size() ? label[i] : '\0';
        if (c != '\\' && c != 'n' && c != 'r') {
            return fail(Errc::malformed, "a backslash in the name that stands for nothing");
        }
        plain += c == 'n' ? '\n' : c == 'r' ? '\r' : '\\';
    }
    return plain;
}

// `storage` holds the label where it is not in the line as it is.
Result<LineRole> parse_line(std::string_view line, HashKind kind, ListRecord& record,
                            std::string& storage) {
    if (!is_content(line)) {
        return LineRole::comment;
    }
    const bool escaped = line.starts_with('\\');
    if (escaped) {
        line.remove_prefix(1);
    } else {
        skip_size(line);
    }
    const std::size_t end = std::min(line.find_first_of(kSeparators), line.size());
    record.hashes = {{kind, line.substr(0, end)}};
    record.label = line.substr(std::min(end + 1, line.size()));
    record.shows_its_end = end == line.size();
    if (end < line.size() && line[end] == ' ') {
        if (!record.label.starts_with(' ') && !record.label.starts_with('*')) {
            return fail(Errc::malformed, "a name must follow after two spaces, or a space and a *");
        }
        record.label.remove_prefix(1);
    } else if (escaped) {
        return fail(Errc::malformed, "an escaped line without a name");
    }
    if (escaped) {
        auto plain = unescape(record.label);
        if (!plain) {
            return fail(plain.error());
        }
        storage = std::move(*plain);
        record.label = storage;
    }
    return LineRole::entry;
}

// Whether a line begins as one of a list of any kind does.
bool looks_like_entry(std::string_view line) {
    if (line.starts_with('\\')) {
        line.remove_prefix(1);
    } else {
        skip_size(line);
    }
    const std::size_t digits = std::min(line.find_first_not_of(kHexDigits), line.size());
    const bool whole =
        digits == line.size() || kSeparators.find(line[digits]) != std::string_view::npos;
    return whole &&
           (digits == 2 * size_bytes(HashKind::md5) || digits == 2 * size_bytes(HashKind::sha1) ||
            digits == 2 * size_bytes(HashKind::sha256));
}

} // namespace

bool claims_plain_list(std::string_view head) {
    const auto line = first_content_line(head, is_content);
    return line && looks_like_entry(*line);
}

Result<HashListSummary> read_plain_list(ListText& text, const HashListOptions& options,
                                        const TakeHash& take) {
    if (!options.kind) {
        return fail(Errc::invalid_argument, "the kind of the hashes must be stated");
    }
    LineWalker lines(text, options.limits.max_line_bytes);
    ListTaker taker(options, take);
    std::string storage;
    return take_lines(lines, taker, [&](std::string_view line, ListRecord& record) {
        return parse_line(line, *options.kind, record, storage);
    });
}

} // namespace rempart::recognise
