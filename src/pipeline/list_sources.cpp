// SPDX-License-Identifier: Apache-2.0
#include "pipeline/list_sources.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "rempart/core/hex.hpp"
#include "rempart/recognise/digest.hpp"

namespace rempart::pipeline {

casefile::ListRecord list_record(std::span<const ListSource> sources, const ListRequest& request) {
    casefile::ListRecord list;
    list.name = request.name;
    list.polarity = request.polarity;
    list.scheme = request.scheme;
    list.radius = request.radius;
    list.added = request.added;
    std::string lines;
    for (const ListSource& source : sources) {
        list.source_name += (list.source_name.empty() ? "" : ", ") + source.name;
        lines += source.sha256 + "  " + source.name + '\n';
    }
    recognise::Digester digester;
    digester.update(bytes_of(lines));
    list.source_sha256 =
        sources.size() == 1 ? sources[0].sha256 : encode_hex(digester.finish().sha256);
    return list;
}

namespace {

void add_text(const std::string& from, std::string& to) {
    if (to.empty()) {
        to = from;
    }
}

void add_counts(const recognise::HashListSummary& from, recognise::HashListSummary& to) {
    to.format = from.describes_only && !to.format.empty() ? to.format : from.format;
    to.records += from.records;
    to.hashes += from.hashes;
    to.comments += from.comments;
    to.empty_file_hashes += from.empty_file_hashes;
    to.degenerate_hashes += from.degenerate_hashes;
    to.unterminated_last_line += from.unterminated_last_line;
    to.deleted += from.deleted;
    for (const auto& [what, count] : from.skipped) {
        recognise::count_as(to.skipped, what, count);
    }
    for (const auto& [what, count] : from.marks) {
        recognise::count_as(to.marks, what, count);
    }
    add_text(from.stated_scheme, to.stated_scheme);
    add_text(from.stated_name, to.stated_name);
    add_text(from.stated_version, to.stated_version);
    if (to.stated_polarity == recognise::StatedPolarity::none) {
        to.stated_polarity = from.stated_polarity;
    }
}

std::optional<std::pair<std::int64_t, std::int64_t>> frame_of(const recognise::ListedHash& hash) {
    return hash.frame ? std::optional(std::pair(hash.frame->from_ms, hash.frame->to_ms))
                      : std::nullopt;
}

Result<void> read_source(const ListSource& source, const ListRequest& request, ListAdded& counts,
                         const std::function<Result<void>(casefile::ListEntryRecord&&)>& take) {
    const bool is_allow = request.polarity == "allow";
    const std::uint64_t entries_before = counts.entries;
    std::uint64_t last_entry = 0;
    const auto take_hash = [&](recognise::ListedHash&& hash) -> Result<void> {
        last_entry = std::max(last_entry, hash.entry);
        if (is_allow && hash.marked) {
            ++counts.withheld;
            return {};
        }
        const auto value = std::span(hash.bytes).first(size_bytes(hash.kind));
        return take({.id = 0,
                     .algorithm = std::string(name(hash.kind)),
                     .value = Bytes(value.begin(), value.end()),
                     .entry = entries_before + hash.entry,
                     .label = std::move(hash.label),
                     .category = std::move(hash.category),
                     .frame_ms = frame_of(hash)});
    };
    const auto read =
        read_list(source.descriptor, request.format, request.options, request.reader, take_hash);
    if (!read) {
        return fail(read.error().code, fmt::format("{}: {}", source.name, read.error().message));
    }
    add_counts(read->summary, counts.summary);
    counts.confinement = read->confinement.describe();
    counts.entries += last_entry;
    return {};
}

} // namespace

Result<void> read_sources(std::span<const ListSource> sources, const ListRequest& request,
                          ListAdded& counts,
                          const std::function<Result<void>(casefile::ListEntryRecord&&)>& take) {
    for (const ListSource& source : sources) {
        if (auto read = read_source(source, request, counts, take); !read) {
            return read;
        }
    }
    return counts.summary.hashes > counts.withheld
               ? Result<void>()
               : fail(Errc::malformed, "no hash in the list that it could take");
}

} // namespace rempart::pipeline
