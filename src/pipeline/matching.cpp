// SPDX-License-Identifier: Apache-2.0
#include "rempart/pipeline/matching.hpp"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "rempart/core/hex.hpp"

namespace rempart::pipeline {
namespace {

using casefile::HitRecord;
using recognise::HashKind;
using recognise::KnownSet;
using recognise::PdqHash;

constexpr std::size_t kPdqBytes = 32;

HitRecord exact_record(const recognise::ExactHit& hit, casefile::RowId list) {
    HitRecord record;
    record.list = list;
    record.entry = hit.entry_row;
    record.match = "exact";
    record.algorithm = name(hit.kind);
    return record;
}

HitRecord near_record(const recognise::NearHit& hit, std::string_view variant,
                      casefile::RowId list) {
    HitRecord record;
    record.list = list;
    record.entry = hit.entry_row;
    record.match = "near";
    record.algorithm = name(HashKind::pdq);
    record.variant = variant;
    record.distance = hit.distance;
    record.orientation = name(hit.orientation);
    return record;
}

void add_segments(std::span<const recognise::HitSegment> segments, HitRecord& record) {
    for (const auto& [query, entry] : segments) {
        casefile::SegmentRecord& segment = record.segments.emplace_back();
        if (query) {
            segment.from_ms = query->from_ms;
            segment.to_ms = query->to_ms;
        }
        if (entry) {
            segment.entry_from_ms = entry->from_ms;
            segment.entry_to_ms = entry->to_ms;
        }
    }
}

} // namespace

std::optional<recognise::PdqFingerprint> pdq_fingerprint(const casefile::FingerprintRecord& row) {
    if (row.algorithm != "pdq" || row.orientations.size() != kPdqBytes * recognise::kOrientations) {
        return std::nullopt;
    }
    recognise::PdqFingerprint fingerprint;
    fingerprint.quality = row.quality;
    for (std::size_t i = 0; i < recognise::kOrientations; ++i) {
        fingerprint.hashes[i] = PdqHash::from_bytes(
            std::span(row.orientations).subspan(i * kPdqBytes).first<kPdqBytes>());
    }
    return fingerprint;
}

std::vector<recognise::VideoLook> video_looks(std::span<const casefile::VideoFrameRecord> frames) {
    std::vector<recognise::VideoLook> looks;
    for (const casefile::VideoFrameRecord& frame : frames) {
        if (frame.orientations.size() != kPdqBytes * recognise::kOrientations) {
            continue;
        }
        recognise::VideoLook& look = looks.emplace_back();
        look.span = {frame.from_ms, frame.to_ms};
        look.is_trimmed = frame.is_trimmed;
        look.fingerprint.quality = frame.quality;
        for (std::size_t i = 0; i < recognise::kOrientations; ++i) {
            look.fingerprint.hashes[i] = PdqHash::from_bytes(
                std::span(frame.orientations).subspan(i * kPdqBytes).first<kPdqBytes>());
        }
    }
    return looks;
}

Result<void> Matcher::take(std::uint32_t list, const casefile::ListEntryRecord& entry,
                           KnownSet::Builder& builder) {
    const auto kind = recognise::hash_kind_named(entry.algorithm);
    if (!kind || entry.value.size() != recognise::size_bytes(*kind)) {
        return fail(Errc::integrity, "a listed hash in the case is not valid");
    }
    if (entry.frame_ms && *kind == HashKind::pdq) {
        const auto hash = PdqHash::from_bytes(std::span(entry.value).first<kPdqBytes>());
        const recognise::FrameSpan span{entry.frame_ms->first, entry.frame_ms->second};
        if (!videos_.add(list, entry.entry, entry.id, hash, span)) {
            return {}; // it goes on with a run: what is near to it is near to the run's first
        }
    }
    builder.add(list, entry.id, *kind, entry.value);
    return {};
}

Result<Matcher> Matcher::load(casefile::Case& file) {
    const auto rows = casefile::lists(file);
    if (!rows) {
        return fail(rows.error());
    }
    Matcher matcher;
    KnownSet::Builder builder;
    for (const casefile::ListRecord& list : *rows) {
        const auto number = static_cast<std::uint32_t>(matcher.lists_.size());
        matcher.lists_.push_back(list.id);
        builder.set_radius(number, list.radius);
        auto read = casefile::each_entry(
            file, list.id, [&](const auto& entry) { return matcher.take(number, entry, builder); });
        if (!read) {
            return fail(read.error());
        }
    }
    matcher.known_ = std::move(builder).build();
    return matcher;
}

std::vector<HitRecord> Matcher::match(const Keys& keys) const {
    std::vector<HitRecord> hits;
    if (known_.empty()) {
        return hits;
    }
    for (const auto& hit : known_.find_exact(keys.digests)) {
        hits.push_back(exact_record(hit, lists_[hit.list]));
    }
    std::vector<recognise::PdqFingerprint> queries;
    std::vector<std::string_view> variants;
    for (const casefile::FingerprintRecord& row : keys.fingerprints) {
        if (const auto query = pdq_fingerprint(row)) {
            queries.push_back(*query);
            variants.push_back(row.variant);
        }
    }
    std::vector<recognise::TimedHit> near = videos_.of_picture(known_.find_near(queries));
    if (!keys.frames.empty()) {
        near = videos_.find(known_, video_looks(keys.frames));
        variants.assign(recognise::kVideoVariants.begin(), recognise::kVideoVariants.end());
    }
    for (const auto& [hit, segments] : near) {
        hits.push_back(near_record(hit, variants[hit.query], lists_[hit.list]));
        add_segments(segments, hits.back());
    }
    for (HitRecord& hit : hits) {
        hit.content = keys.content;
    }
    return hits;
}

namespace {

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

// Reads one file behind those before it; the entries are numbered on.
Result<void> store_source(casefile::ListWriter& writer, const ListSource& source,
                          const ListRequest& request, ListAdded& added) {
    const bool is_allow = request.polarity == "allow";
    const std::uint64_t entries_before = added.entries;
    std::uint64_t last_entry = 0;
    std::uint64_t ed2k = 0; // no content of a case has one to compare: told, never kept in silence
    const auto take = [&](recognise::ListedHash&& hash) -> Result<void> {
        last_entry = std::max(last_entry, hash.entry);
        if (hash.kind == HashKind::ed2k) {
            ++ed2k;
            return {};
        }
        if (is_allow && hash.marked) {
            ++added.withheld;
            return {};
        }
        const auto value = std::span(hash.bytes).first(size_bytes(hash.kind));
        return writer.add({.id = 0,
                           .algorithm = std::string(name(hash.kind)),
                           .value = Bytes(value.begin(), value.end()),
                           .entry = entries_before + hash.entry,
                           .label = std::move(hash.label),
                           .category = std::move(hash.category),
                           .frame_ms = frame_of(hash)});
    };
    const auto read =
        read_list(source.descriptor, request.format, request.options, request.reader, take);
    if (!read) {
        return fail(read.error().code, fmt::format("{}: {}", source.name, read.error().message));
    }
    add_counts(read->summary, added.summary);
    added.confinement = read->confinement.describe();
    if (ed2k > 0) {
        added.summary.hashes -= ed2k;
        recognise::count_as(added.summary.skipped, name(HashKind::ed2k), ed2k);
    }
    added.entries += last_entry;
    return {};
}

Result<ListAdded> store_list(casefile::Case& file, std::span<const ListSource> sources,
                             const ListRequest& request) {
    ListAdded added{.list = list_record(sources, request),
                    .summary = {},
                    .withheld = 0,
                    .entries = 0,
                    .new_hits = 0};
    auto writer = casefile::ListWriter::begin(file, added.list);
    if (!writer) {
        return fail(writer.error());
    }
    for (const ListSource& source : sources) {
        if (auto stored = store_source(*writer, source, request, added); !stored) {
            return fail(stored.error());
        }
    }
    if (added.summary.hashes == added.withheld) {
        return fail(Errc::malformed, "no hash in the list that it could take");
    }
    casefile::ListRecord& list = added.list;
    list.format = added.summary.format;
    if (list.scheme.empty()) {
        list.scheme = added.summary.stated_scheme;
    }
    list.records = added.summary.records;
    list.hashes = added.summary.hashes - added.withheld;
    list.empty_file_hashes = added.summary.empty_file_hashes;
    const auto row = writer->finish(list);
    if (!row) {
        return fail(row.error());
    }
    list.id = *row;
    return added;
}

} // namespace

Result<ListAdded> add_list(casefile::Case& file, std::span<const ListSource> sources,
                           const ListRequest& request) {
    auto added = store_list(file, sources, request);
    if (!added) {
        return added;
    }
    const auto matcher = Matcher::load(file);
    if (!matcher) {
        return fail(matcher.error());
    }
    std::vector<HitRecord> hits;
    auto matched =
        casefile::each_content(file, [&](const casefile::ContentKeys& keys) -> Result<void> {
            const Matcher::Keys asked{
                .digests = {.md5 = keys.md5, .sha1 = keys.sha1, .sha256 = keys.sha256},
                .fingerprints = keys.fingerprints,
                .frames = keys.frames,
                .content = keys.content};
            std::ranges::copy_if(matcher->match(asked), std::back_inserter(hits),
                                 [&](const HitRecord& hit) { return hit.list == added->list.id; });
            return {};
        });
    if (!matched) {
        return fail(matched.error());
    }
    std::set<std::pair<casefile::RowId, std::string_view>> told; // as the case counts them
    for (const HitRecord& hit : hits) {
        told.emplace(hit.content, hit.match);
    }
    added->new_hits = told.size();
    if (auto stored = casefile::add_hits(file, hits); !stored) {
        return fail(stored.error());
    }
    return added;
}

} // namespace rempart::pipeline
