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

std::optional<recognise::PdqVariant> variant_named(std::string_view text) {
    // "-unoriented" marks the pixels as stored, without the turn that EXIF asks for: the same kind
    // of hash, one more query.
    constexpr std::string_view kUnoriented = "-unoriented";
    if (text.ends_with(kUnoriented)) {
        text.remove_suffix(kUnoriented.size());
    }
    for (const auto variant : recognise::kPdqVariants) {
        if (name(variant) == text) {
            return variant;
        }
    }
    return std::nullopt;
}

std::optional<recognise::PdqFingerprint> fingerprint_of(const casefile::FingerprintRecord& row) {
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

HitRecord exact_record(const recognise::ExactHit& hit, casefile::RowId list) {
    HitRecord record;
    record.list = list;
    record.entry = hit.entry_row;
    record.match = "exact";
    record.algorithm = name(hit.kind);
    return record;
}

HitRecord near_record(const recognise::NearHit& hit, casefile::RowId list) {
    HitRecord record;
    record.list = list;
    record.entry = hit.entry_row;
    record.match = "near";
    record.algorithm = name(HashKind::pdq);
    record.variant = name(hit.variant);
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

std::vector<recognise::VideoLook> video_looks(std::span<const casefile::VideoFrameRecord> frames) {
    std::vector<recognise::VideoLook> looks;
    for (const casefile::VideoFrameRecord& frame : frames) {
        if (frame.orientations.size() != kPdqBytes * recognise::kOrientations) {
            continue;
        }
        recognise::VideoLook& look = looks.emplace_back();
        look.span = {frame.from_ms, frame.to_ms};
        look.fingerprint.quality = frame.quality;
        for (std::size_t i = 0; i < recognise::kOrientations; ++i) {
            look.fingerprint.hashes[i] = PdqHash::from_bytes(
                std::span(frame.orientations).subspan(i * kPdqBytes).first<kPdqBytes>());
        }
    }
    return looks;
}

std::vector<recognise::PdqQuery>
pdq_queries(std::span<const casefile::FingerprintRecord> fingerprints) {
    std::vector<recognise::PdqQuery> queries;
    for (const auto& row : fingerprints) {
        const auto variant = variant_named(row.variant);
        const auto fingerprint = fingerprint_of(row);
        if (variant && fingerprint) {
            queries.push_back({*variant, *fingerprint});
        }
    }
    return queries;
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
    std::vector<recognise::TimedHit> near =
        videos_.of_picture(known_.find_near(pdq_queries(keys.fingerprints)));
    if (!keys.frames.empty()) {
        near = videos_.find(known_, video_looks(keys.frames));
    }
    for (const auto& [hit, segments] : near) {
        hits.push_back(near_record(hit, lists_[hit.list]));
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

void add_counts(const recognise::HashListSummary& from, recognise::HashListSummary& to) {
    to.format = from.format;
    to.records += from.records;
    to.hashes += from.hashes;
    to.comments += from.comments;
    to.empty_file_hashes += from.empty_file_hashes;
    to.degenerate_hashes += from.degenerate_hashes;
    to.unterminated_last_line += from.unterminated_last_line;
    if (to.stated_scheme.empty()) {
        to.stated_scheme = from.stated_scheme;
    }
    if (to.stated_name.empty()) {
        to.stated_name = from.stated_name;
    }
}

std::optional<std::pair<std::int64_t, std::int64_t>> frame_of(const recognise::ListedHash& hash) {
    return hash.frame ? std::optional(std::pair(hash.frame->from_ms, hash.frame->to_ms))
                      : std::nullopt;
}

Result<ListAdded> store_list(casefile::Case& file, std::span<const ListSource> sources,
                             const ListRequest& request) {
    ListAdded added{
        .list = list_record(sources, request), .summary = {}, .entries = 0, .new_hits = 0};
    auto writer = casefile::ListWriter::begin(file, added.list);
    if (!writer) {
        return fail(writer.error());
    }
    for (const ListSource& source : sources) {
        std::uint64_t last_entry = 0;
        const std::uint64_t entries_before = added.entries;
        const auto take = [&](recognise::ListedHash&& hash) -> Result<void> {
            const auto value = std::span(hash.bytes).first(size_bytes(hash.kind));
            last_entry = std::max(last_entry, hash.entry);
            return writer->add({.id = 0,
                                .algorithm = std::string(name(hash.kind)),
                                .value = Bytes(value.begin(), value.end()),
                                .entry = entries_before + hash.entry,
                                .label = std::move(hash.label),
                                .category = std::move(hash.category),
                                .frame_ms = frame_of(hash)});
        };
        const auto summary =
            recognise::read_hash_list(source.text, request.format, request.options, take);
        if (!summary) {
            return fail(summary.error().code,
                        fmt::format("{}: {}", source.name, summary.error().message));
        }
        add_counts(*summary, added.summary);
        added.entries += last_entry;
    }
    casefile::ListRecord& list = added.list;
    list.format = added.summary.format;
    if (list.scheme.empty()) {
        list.scheme = added.summary.stated_scheme;
    }
    list.records = added.summary.records;
    list.hashes = added.summary.hashes;
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
