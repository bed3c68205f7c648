// SPDX-License-Identifier: Apache-2.0
#include "rempart/casefile/hit_codes.hpp"

#include "rempart/casefile/lists.hpp"

#include <utility>

#include <fmt/format.h>

#include "casefile/content_index.hpp"
#include "casefile/contents.hpp"
#include "casefile/database.hpp"
#include "casefile/index_lead.hpp"
#include "casefile/known_by.hpp"

namespace rempart::casefile {
namespace {

constexpr std::string_view kSegments =
    "SELECT from_ms, to_ms, entry_from_ms, entry_to_ms FROM hit_segments WHERE hit_id = $1 "
    "ORDER BY ordinal";

constexpr std::string_view kHitsOfContent =
    "SELECT h.id, h.content_id, h.list_id, h.entry_id, h.match, h.algorithm, h.variant, "
    "h.distance, h.orientation, l.id, l.name, l.polarity, l.scheme, l.format, l.source_name, "
    "l.source_sha256, l.radius, l.records, l.hashes, l.empty_file_hashes, l.added_us, "
    "l.added_kind, n.id, n.algorithm, n.value, n.entry, n.label, n.category, f.from_ms, f.to_ms, "
    "COALESCE((SELECT o.state FROM entries_off o WHERE o.entry_id = h.entry_id "
    "AND (o.state <> 'quarantined' OR h.match = 'near')), '') "
    "FROM hits h JOIN lists l ON l.id = h.list_id JOIN list_entries n ON n.id = h.entry_id "
    "LEFT JOIN list_frames f ON f.entry_id = n.id WHERE h.content_id = $1 "
    "ORDER BY h.list_id, h.match, h.distance, n.entry, h.entry_id, h.variant";

Result<std::optional<ContentCodes>> read_content(Database& database, RowId content) {
    std::optional<ContentCodes> codes;
    auto read = database.each(
        fmt::format("SELECT c.id, c.sha256, c.sha1, c.md5, e.ed2k, e.ed2k_blue, {} "
                    "FROM contents c LEFT JOIN content_ed2k e ON e.content_id = c.id "
                    "WHERE c.id = $1",
                    known_by_sql("c.id")),
        [&](Row& row) -> Result<void> {
            ContentKeys& keys = codes.emplace().keys;
            std::int64_t known = 0;
            std::optional<std::array<std::byte, 16>> red, blue;
            if (!row.take(keys.content, keys.sha256, keys.sha1, keys.md5, red, blue, known)) {
                return Row::damaged();
            }
            if (red && blue) {
                keys.ed2k = {*red, *blue};
            }
            codes->known_by = known_by(known);
            return {};
        },
        content);
    if (!read) {
        return fail(std::move(read).error());
    }
    return codes;
}

Result<void> read_codes(Database& database, ContentKeys& keys) {
    auto prints = database.prepare(kFingerprintsOfContent);
    auto frames = database.prepare(kFramesOfContent);
    if (!prints || !frames) {
        return fail(prints ? frames.error() : prints.error());
    }
    auto fingerprints = fingerprints_of(*prints, keys.content);
    auto seen = frames_of(*frames, keys.content);
    if (!fingerprints || !seen) {
        return fail(fingerprints ? seen.error() : fingerprints.error());
    }
    keys.fingerprints = std::move(*fingerprints);
    keys.frames = std::move(*seen);
    return {};
}

Result<void> read_segments(Statement& statement, RowId id, HitCodes& codes) {
    return statement.rows_of(
        [&](Row& row) -> Result<void> {
            SegmentRecord& segment = codes.hit.segments.emplace_back();
            segment.entry = codes.entry.entry;
            return row.take(segment.from_ms, segment.to_ms, segment.entry_from_ms,
                            segment.entry_to_ms)
                       ? Result<void>()
                       : Row::damaged();
        },
        id);
}

Result<void> read_hits(Database& database, ContentCodes& content) {
    auto segments = database.prepare(kSegments);
    if (!segments) {
        return fail(std::move(segments).error());
    }
    return database.each(
        kHitsOfContent,
        [&](Row& row) -> Result<void> {
            HitCodes& codes = content.hits.emplace_back();
            HitRecord& hit = codes.hit;
            ListRecord& list = codes.list;
            ListEntryRecord& entry = codes.entry;
            RowId id = 0;
            std::optional<std::int64_t> from_ms, to_ms;
            if (!row.take(id, hit.content, hit.list, hit.entry, hit.match, hit.algorithm,
                          hit.variant, hit.distance, hit.orientation, list.id, list.name,
                          list.polarity, list.scheme, list.format, list.source_name,
                          list.source_sha256, list.radius, list.records, list.hashes,
                          list.empty_file_hashes, list.added, entry.id, entry.algorithm,
                          entry.value, entry.entry, entry.label, entry.category, from_ms, to_ms,
                          codes.entry_state)) {
                return Row::damaged();
            }
            if (from_ms && to_ms) {
                entry.frame_ms = std::pair(*from_ms, *to_ms);
            }
            return read_segments(*segments, id, codes);
        },
        content.keys.content);
}

} // namespace

namespace {

// An entry of a later version stands in that version's file.
Result<void> name_source(Case& file, HitCodes& hit) {
    const auto versions = list_versions(file, hit.list.id);
    if (!versions) {
        return fail(versions.error());
    }
    for (const ListVersionRecord& version : *versions) {
        if (version.first_entry <= hit.entry.entry) {
            hit.list.format = version.format;
            hit.list.source_name = version.source_name;
            hit.list.source_sha256 = version.source_sha256;
            hit.list.added = version.taken;
        }
    }
    return {};
}

} // namespace

Result<ContentCodes> content_codes(Case& file, RowId content) {
    Database& database = file.database();
    const auto snapshot = Snapshot::begin(database);
    if (!snapshot) {
        return fail(snapshot.error());
    }
    auto read_row = read_content(database, content);
    if (!read_row) {
        return fail(std::move(read_row).error());
    }
    std::optional<ContentCodes>& codes = *read_row;
    if (!codes) {
        return fail(Errc::not_found, "the case has no such content");
    }
    for (auto& read : {read_codes(database, codes->keys), read_hits(database, *codes)}) {
        if (!read) {
            return fail(read.error());
        }
    }
    for (HitCodes& hit : codes->hits) {
        if (auto named = name_source(file, hit); !named) {
            return fail(std::move(named).error());
        }
    }
    return std::move(*codes);
}

Result<std::optional<RowId>> content_of(Case& file, std::span<const std::byte, 32> sha256) {
    if (auto led = lead_by_indexes(file.database(), LeadFor::connection); !led) {
        return fail(std::move(led).error());
    }
    return file.database().scalar(
        fmt::format("SELECT c.id FROM contents c WHERE {}", is_content("$1", "$2")),
        index_start(sha256), ByteView(sha256));
}

Result<std::vector<RowId>> contents_at(Case& file, std::string_view path) {
    std::vector<RowId> all;
    auto read = file.database().each(
        "SELECT DISTINCT content_id FROM items WHERE path = $1 AND content_id IS NOT NULL "
        "ORDER BY content_id",
        [&](Row& row) -> Result<void> {
            return row.take(all.emplace_back()) ? Result<void>() : Row::damaged();
        },
        path);
    return read ? Result<std::vector<RowId>>(std::move(all)) : fail(std::move(read).error());
}

// Alert lists lead: what they are equal to is little, where allow lists know half of every disk.
Result<std::uint64_t> disputed_contents(Case& file) {
    const auto count = file.database().scalar(
        "SELECT count(DISTINCT h.content_id) FROM lists l CROSS JOIN told_hits h "
        "WHERE h.list_id = l.id AND h.distance = 0 "
        "AND l.polarity = 'alert' AND h.match = 'exact' AND EXISTS (SELECT 1 FROM told_hits a "
        "JOIN lists b ON b.id = a.list_id WHERE a.content_id = h.content_id "
        "AND a.match = 'exact' AND b.polarity = 'allow')");
    if (!count) {
        return fail(count.error());
    }
    return static_cast<std::uint64_t>(count->value_or(0));
}

} // namespace rempart::casefile
