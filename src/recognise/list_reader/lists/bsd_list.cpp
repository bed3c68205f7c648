// SPDX-License-Identifier: Apache-2.0
// What BSD's md5, sha1 and sha256, `md5sum --tag` and `openssl dgst` write:
//
//     list := line* [entry]        the last one may lack its end
//     line := (entry | "#" comment | "") end
//     entry := name [" "] "(" label ")" [" "] "= " digest       the label may hold anything
//     name := "MD5" | "SHA1" | "SHA256" | "SHA2-256", in any case
//
// Source: md5(1) of FreeBSD, md5sum(1) of GNU coreutils, openssl-dgst(1).
#include <algorithm>
#include <optional>

#include "recognise/list_reader/lists/list_lines.hpp"
#include "recognise/list_reader/lists/list_readers.hpp"
#include "recognise/list_reader/lists/list_taker.hpp"

namespace rempart::recognise {
namespace {

bool is_content(std::string_view line) {
    return !line.empty() && !line.starts_with('#');
}

std::optional<HashKind> kind_of(std::string_view line) {
    std::string_view name = line.substr(0, std::min(line.find('('), line.size()));
    if (name.size() == line.size()) {
        return std::nullopt;
    }
    if (name.ends_with(' ')) {
        name.remove_suffix(1);
    }
    const std::string lower = ascii_lower(name);
    if (lower == "sha2-256") { // openssl 3
        return HashKind::sha256;
    }
    const auto kind = hash_kind_named(lower);
    return kind == HashKind::pdq ? std::nullopt : kind;
}

Result<LineRole> parse_line(std::string_view line, ListRecord& record) {
    if (!is_content(line)) {
        return LineRole::comment;
    }
    const auto kind = kind_of(line);
    const std::size_t open = line.find('(');
    const std::size_t close = line.rfind(')');
    if (!kind || close == std::string_view::npos || close < open) {
        return fail(Errc::malformed, "not of the form: MD5 (name) = hash");
    }
    std::string_view rest = line.substr(close + 1);
    if (rest.starts_with(' ')) {
        rest.remove_prefix(1);
    }
    if (!rest.starts_with("= ")) {
        return fail(Errc::malformed, "not of the form: MD5 (name) = hash");
    }
    record.label = line.substr(open + 1, close - open - 1);
    record.hashes = {{*kind, rest.substr(2)}};
    record.shows_its_end = true;
    return LineRole::entry;
}

} // namespace

bool claims_bsd_list(std::string_view head) {
    const auto line = first_content_line(head, is_content);
    return line && kind_of(*line).has_value() && line->find("= ") != std::string::npos;
}

Result<HashListSummary> read_bsd_list(ListText& text, const HashListOptions& options,
                                      const TakeHash& take) {
    LineWalker lines(text, options.limits.max_line_bytes);
    ListTaker taker(options, take);
    return take_lines(lines, taker, parse_line);
}

} // namespace rempart::recognise
