// SPDX-License-Identifier: Apache-2.0
#include "casefile/canonical.hpp"

#include <algorithm>

#include "casefile/database.hpp"
#include "casefile/groups.hpp"
#include "rempart/casefile/lists.hpp"
#include "rempart/core/hex.hpp"

namespace rempart::casefile {
namespace {

Result<void> write_entries(Database& database, CanonicalFile& out, const ListRecord& list) {
    const auto take_row = [&](Row& row) -> Result<void> {
        ListEntryRecord entry;
        std::optional<std::int64_t> from_ms, to_ms;
        if (!row.take(entry.algorithm, entry.value, entry.entry, entry.label, entry.category,
                      from_ms, to_ms)) {
            return Row::damaged();
        }
        JsonWriter& line = out.begin("list_entry");
        line.member("list", list.name)
            .member("entry", entry.entry)
            .member("algorithm", entry.algorithm)
            .member("hex", encode_hex(entry.value))
            .member("label", entry.label)
            .member("category", entry.category);
        if (from_ms && to_ms) {
            line.member("from_ms", *from_ms).member("to_ms", *to_ms);
        }
        return out.end();
    };
    return database.each(
        "SELECT n.algorithm, n.value, n.entry, n.label, n.category, f.from_ms, f.to_ms "
        "FROM list_entries n LEFT JOIN list_frames f ON f.entry_id = n.id WHERE n.list_id = $1 "
        "ORDER BY n.entry, n.algorithm, f.from_ms, f.to_ms, n.value, n.label, n.category",
        take_row, list.id);
}

void put(JsonWriter& out, std::optional<std::int64_t> value) {
    value ? out.value(*value) : out.null();
}

// Each as [from_ms, to_ms, entry_from_ms, entry_to_ms]; nothing for a hit without any.
Result<void> write_segments(JsonWriter& out, Statement& statement, RowId hit) {
    bool found = false;
    statement.start(hit);
    auto read = statement.each([&](Row& row) -> Result<void> {
        SegmentRecord segment;
        if (!row.take(segment.from_ms, segment.to_ms, segment.entry_from_ms, segment.entry_to_ms)) {
            return Row::damaged();
        }
        if (!found) {
            out.key("segments").begin_array();
            found = true;
        }
        out.begin_array();
        for (const auto& value :
             {segment.from_ms, segment.to_ms, segment.entry_from_ms, segment.entry_to_ms}) {
            put(out, value);
        }
        out.end_array();
        return {};
    });
    if (found) {
        out.end_array();
    }
    return read;
}

// Distance and turn are null and "" of a group that an older version made.
Result<void> write_members(JsonWriter& out, Statement& statement, RowId leader) {
    out.key("members").begin_array();
    statement.start(leader);
    auto read = statement.each([&](Row& row) -> Result<void> {
        Bytes sha256;
        std::optional<std::int64_t> distance;
        std::string orientation;
        if (!row.take(sha256, distance, orientation)) {
            return Row::damaged();
        }
        out.begin_object().member("sha256", encode_hex(sha256)).key("distance");
        put(out, distance);
        out.member("orientation", orientation).end_object();
        return {};
    });
    out.end_array();
    return read;
}

Result<void> write_reasons(JsonWriter& out, Statement& statement, RowId leader) {
    const auto all = reasons_of(statement, leader);
    if (!all) {
        return fail(all.error());
    }
    out.key("reasons").begin_array();
    for (const ReasonRecord& reason : *all) {
        out.begin_object()
            .member("fact", reason.fact)
            .member("points", reason.points)
            .member("source", reason.source)
            .end_object();
    }
    out.end_array();
    return {};
}

Result<void> write_versions(Case& file, CanonicalFile& out, const ListRecord& list) {
    const auto versions = list_versions(file, list.id);
    if (!versions) {
        return fail(versions.error());
    }
    for (const ListVersionRecord& version : *versions) {
        out.begin("list_version")
            .member("list", list.name)
            .member("format", version.format)
            .member("source_sha256", version.source_sha256)
            .member("first_entry", version.first_entry)
            .member("records", version.records)
            .member("hashes", version.hashes)
            .member("kept", version.kept)
            .member("added", version.added)
            .member("withdrawn", version.withdrawn)
            .member("returned", version.returned);
        if (auto ended = out.end(); !ended) {
            return ended;
        }
    }
    return {};
}

// Not who nor when: those are of the run.
Result<void> write_acts(Database& database, CanonicalFile& out, const ListRecord& list) {
    auto written = database.each(
        "SELECT entry, act, reason FROM entry_acts WHERE list_id = $1 ORDER BY entry, id",
        [&](Row& row) -> Result<void> {
            std::uint64_t entry = 0;
            std::string act, reason;
            if (!row.take(entry, act, reason)) {
                return Row::damaged();
            }
            out.begin("entry_act")
                .member("list", list.name)
                .member("entry", entry)
                .member("act", act)
                .member("reason", reason);
            return out.end();
        },
        list.id);
    if (!written) {
        return written;
    }
    return database.each(
        "SELECT f.entry, c.sha256, f.verdict, f.note FROM entry_feedback f "
        "JOIN contents c ON c.id = f.content_id WHERE f.list_id = $1 "
        "ORDER BY f.entry, c.sha256, f.id",
        [&](Row& row) -> Result<void> {
            std::uint64_t entry = 0;
            Bytes sha256;
            std::string verdict, note;
            if (!row.take(entry, sha256, verdict, note)) {
                return Row::damaged();
            }
            out.begin("entry_feedback")
                .member("list", list.name)
                .member("entry", entry)
                .member("sha256", encode_hex(sha256))
                .member("verdict", verdict)
                .member("note", note);
            return out.end();
        },
        list.id);
}

} // namespace

// Not the list's file name nor when it was added: those are of the machine and the run.
Result<void> write_lists(Case& file, CanonicalFile& out) {
    auto all = lists(file);
    if (!all) {
        return fail(std::move(all).error());
    }
    std::sort(all->begin(), all->end(),
              [](const auto& a, const auto& b) { return a.name < b.name; });
    for (const ListRecord& list : *all) {
        out.begin("list")
            .member("name", list.name)
            .member("polarity", list.polarity)
            .member("scheme", list.scheme)
            .member("format", list.format)
            .member("source_sha256", list.source_sha256)
            .member("radius", list.radius)
            .member("records", list.records)
            .member("hashes", list.hashes)
            .member("empty_file_hashes", list.empty_file_hashes);
        if (auto ended = out.end(); !ended) {
            return ended;
        }
        if (auto written = write_versions(file, out, list); !written) {
            return written;
        }
        for (const auto write : {write_entries, write_acts}) {
            if (auto written = write(file.database(), out, list); !written) {
                return written;
            }
        }
    }
    return {};
}

Result<void> write_hits(Case& file, CanonicalFile& out) {
    auto segments = file.database().prepare("SELECT from_ms, to_ms, entry_from_ms, entry_to_ms "
                                            "FROM hit_segments WHERE hit_id = $1 ORDER BY ordinal");
    if (!segments) {
        return fail(std::move(segments).error());
    }
    const auto take_row = [&](Row& row) -> Result<void> {
        Bytes sha256, value;
        std::string list;
        std::uint64_t entry = 0;
        HitRecord hit;
        RowId id = 0;
        if (!row.take(id, sha256, list, entry, value, hit.match, hit.algorithm, hit.variant,
                      hit.distance, hit.orientation)) {
            return Row::damaged();
        }
        JsonWriter& line = out.begin("hit");
        line.member("sha256", encode_hex(sha256))
            .member("list", list)
            .member("entry", entry)
            .member("match", hit.match)
            .member("algorithm", hit.algorithm)
            .member("hex", encode_hex(value))
            .member("variant", hit.variant)
            .member("distance", hit.distance)
            .member("orientation", hit.orientation);
        if (auto written = write_segments(line, *segments, id); !written) {
            return written;
        }
        return out.end();
    };
    return file.database().each(
        "SELECT h.id, c.sha256, l.name, n.entry, n.value, h.match, h.algorithm, h.variant, "
        "h.distance, "
        "h.orientation FROM hits h JOIN contents c ON c.id = h.content_id "
        "JOIN lists l ON l.id = h.list_id JOIN list_entries n ON n.id = h.entry_id "
        "ORDER BY c.sha256, l.name, n.entry, h.algorithm, n.value, h.match, h.variant, h.distance, "
        "h.orientation",
        take_row);
}

Result<void> write_groups(Case& file, CanonicalFile& out) {
    Database& database = file.database();
    auto members = database.prepare("SELECT c.sha256, m.distance, m.orientation "
                                    "FROM near_group_members m "
                                    "JOIN contents c ON c.id = m.content_id "
                                    "WHERE m.leader_id = $1 ORDER BY c.sha256");
    auto reasons = database.prepare(kReasonsOfGroup);
    if (!members || !reasons) {
        return fail(members ? reasons.error() : members.error());
    }
    const auto take_row = [&](Row& row) -> Result<void> {
        Bytes id, representative;
        GroupWorth worth;
        RowId leader = 0;
        if (!row.take(leader, id, representative, worth.unknown_members, worth.points)) {
            return Row::damaged();
        }
        JsonWriter& line = out.begin("group");
        line.member("id", encode_hex(id))
            .member("representative", encode_hex(representative))
            .member("unknown_members", worth.unknown_members)
            .member("points", worth.points);
        if (auto written = write_members(line, *members, leader); !written) {
            return written;
        }
        if (auto written = write_reasons(line, *reasons, leader); !written) {
            return written;
        }
        return out.end();
    };
    return database.each(
        "SELECT g.leader_id, g.id, c.sha256, g.unknown_members, g.points "
        "FROM near_groups g JOIN contents c ON c.id = g.representative_id ORDER BY g.id",
        take_row);
}

} // namespace rempart::casefile
