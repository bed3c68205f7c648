// SPDX-License-Identifier: Apache-2.0
// The table of a .hke file, columns by name:
//
//     list   := header record+
//     header := "hashset_id", "name", ..., "version", "authenicated_flag", "notable_flag", ...
//
// "authenicated" is how its writers spell it; both spellings are read. A set with notable_flag 1 is
// of what must be found, one with authenticated_flag 1 of what is known to be good.
//
// Source: HashKeeper's own sets among hashdeep's samples (jessek/hashdeep, sample-hashes).
#include "recognise/list_reader/lists/hashkeeper_description.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "recognise/list_reader/lists/csv_fields.hpp"
#include "recognise/list_reader/lists/list_lines.hpp"
#include "rempart/core/text.hpp"

namespace rempart::recognise {
namespace {

/// Where the columns stand.
struct Columns {
    std::size_t count = 0;
    std::size_t name = 0;
    std::optional<std::size_t> version, authenticated;
    std::size_t notable = 0;
};

std::optional<Columns> find_columns(std::string_view line) {
    CsvFields fields;
    if (!fields.split(line, ',')) {
        return std::nullopt;
    }
    std::vector<std::string> header;
    for (const std::string_view field : fields.fields()) {
        header.push_back(ascii_lower(field));
    }
    const auto place = [&](std::string_view name) -> std::optional<std::size_t> {
        const auto found = std::ranges::find(header, name);
        return found == header.end()
                   ? std::nullopt
                   : std::optional(static_cast<std::size_t>(found - header.begin()));
    };
    const auto name = place("name");
    const auto notable = place("notable_flag");
    if (!place("hashset_id") || !name || !notable) {
        return std::nullopt;
    }
    const auto misspelt = place("authenicated_flag");
    return Columns{.count = header.size(),
                   .name = *name,
                   .version = place("version"),
                   .authenticated = misspelt ? misspelt : place("authenticated_flag"),
                   .notable = *notable};
}

StatedPolarity polarity_of(std::span<const std::string_view> values, const Columns& columns) {
    if (values[columns.notable] == "1") {
        return StatedPolarity::alert;
    }
    const bool good = columns.authenticated && values[*columns.authenticated] == "1";
    return good ? StatedPolarity::allow : StatedPolarity::none;
}

} // namespace

bool is_hashkeeper_description(std::string_view head) {
    return find_columns(first_line(head)).has_value();
}

Result<HashListSummary> read_hashkeeper_description(ListText& text,
                                                    const HashListOptions& options) {
    LineWalker lines(text, options.limits.max_line_bytes);
    const auto header = lines.next();
    if (!header) {
        return fail(header.error());
    }
    const auto columns = find_columns(*header);
    if (!columns) {
        return fail(lines.error_here({Errc::malformed, "not the header of a .hke file"}));
    }
    HashListSummary summary;
    summary.describes_only = true;
    summary.comments = 1;
    CsvFields fields;
    std::uint64_t sets = 0;
    while (!lines.done()) {
        const auto line = lines.next();
        if (!line) {
            return fail(line.error());
        }
        ++summary.comments;
        if (line->empty()) {
            continue;
        }
        const auto split = fields.split(*line, ',');
        const auto values = fields.fields();
        if (!split || values.size() != columns->count) {
            return fail(lines.error_here({Errc::malformed, "not as many fields as the header"}));
        }
        const StatedPolarity polarity = polarity_of(values, *columns);
        if (sets == 0) {
            summary.stated_name = to_utf8(values[columns->name]);
            summary.stated_version = columns->version ? to_utf8(values[*columns->version]) : "";
            summary.stated_polarity = polarity;
        } else if (summary.stated_polarity != polarity) {
            summary.stated_polarity = StatedPolarity::none; // they differ: nothing to say of all
        }
        ++sets;
    }
    if (sets == 0) {
        return fail(Errc::malformed, "no set is described");
    }
    return summary;
}

} // namespace rempart::recognise
