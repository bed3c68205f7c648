// SPDX-License-Identifier: Apache-2.0
#include "rempart/pipeline/matching.hpp"

#include <algorithm>

#include <utility>

#include "pipeline/list_files.hpp"

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

/// The fingerprints of a picture that can be asked for, in their order.
std::vector<recognise::PdqFingerprint>
queries_of(std::span<const casefile::FingerprintRecord> rows) {
    std::vector<recognise::PdqFingerprint> queries;
    for (const casefile::FingerprintRecord& row : rows) {
        if (const auto query = pdq_fingerprint(row)) {
            queries.push_back(*query);
        }
    }
    return queries;
}

/// Which pixels query number `query` is of.
std::string_view variant_of(const Matcher::Keys& keys, std::uint32_t query) {
    if (!keys.frames.empty()) {
        return recognise::kVideoVariants[query];
    }
    for (const casefile::FingerprintRecord& row : keys.fingerprints) {
        if (pdq_fingerprint(row) && query-- == 0) {
            return row.variant;
        }
    }
    return {};
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

Result<void> Matcher::take_frame(casefile::RowId list, const casefile::ListEntryRecord& entry) {
    const auto number = std::ranges::find(lists_, list);
    if (number == lists_.end() || !entry.frame_ms || entry.algorithm != name(HashKind::pdq)) {
        return {}; // of a list that is not asked
    }
    if (entry.value.size() != kPdqBytes) {
        return fail(Errc::integrity, "a listed hash in the case is not valid");
    }
    // Those that go on with a run are in no file either: ListCompiler asks the same question.
    static_cast<void>(videos_.add(static_cast<std::uint32_t>(number - lists_.begin()), entry.entry,
                                  entry.id,
                                  PdqHash::from_bytes(std::span(entry.value).first<kPdqBytes>()),
                                  {entry.frame_ms->first, entry.frame_ms->second}));
    return {};
}

Result<Matcher> Matcher::load(casefile::Case& file, std::optional<casefile::RowId> only) {
    const auto rows = casefile::lists(file);
    if (!rows) {
        return fail(rows.error());
    }
    Matcher matcher;
    KnownSet::Builder builder;
    for (const casefile::ListRecord& list : *rows) {
        if (only && *only != list.id) {
            continue;
        }
        const auto number = static_cast<std::uint32_t>(matcher.lists_.size());
        matcher.lists_.push_back(list.id);
        builder.set_radius(number, list.radius);
        if (auto opened = open_list_files(file, list, number, builder); !opened) {
            return fail(std::move(opened).error());
        }
    }
    auto read = casefile::each_listed_frame(file, [&](casefile::RowId list, const auto& entry) {
        return matcher.take_frame(list, entry);
    });
    if (!read) {
        return fail(std::move(read).error());
    }
    matcher.known_ = std::move(builder).build();
    return matcher;
}

Matcher Matcher::over(recognise::KnownSet known, casefile::RowId list) {
    Matcher matcher;
    matcher.known_ = std::move(known);
    matcher.lists_.push_back(list);
    return matcher;
}

Result<std::vector<recognise::TimedHit>> Matcher::near_hits(const Keys& keys) const {
    if (!keys.frames.empty()) {
        return videos_.find(known_, video_looks(keys.frames));
    }
    const auto near = known_.find_near(queries_of(keys.fingerprints));
    return near ? Result<std::vector<recognise::TimedHit>>(videos_.of_picture(*near))
                : fail(near.error());
}

Result<std::vector<HitRecord>> Matcher::match(const Keys& keys) const {
    std::vector<HitRecord> hits;
    if (known_.empty()) {
        return hits;
    }
    const auto exact = known_.find_exact(keys.digests);
    if (!exact) {
        return fail(exact.error());
    }
    for (const auto& hit : *exact) {
        hits.push_back(exact_record(hit, lists_[hit.list]));
    }
    const auto near = near_hits(keys);
    if (!near) {
        return fail(near.error());
    }
    for (const auto& [hit, segments] : *near) {
        hits.push_back(near_record(hit, variant_of(keys, hit.query), lists_[hit.list]));
        add_segments(segments, hits.back());
    }
    for (HitRecord& hit : hits) {
        hit.content = keys.content;
    }
    return hits;
}

} // namespace rempart::pipeline
