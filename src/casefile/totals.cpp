// SPDX-License-Identifier: Apache-2.0
#include "rempart/casefile/evidence.hpp"

#include <fmt/format.h>

#include "casefile/database.hpp"
#include "casefile/tallies.hpp"

namespace rempart::casefile {
namespace {

// The plain definition of every total, by which tallies.hpp is judged. Each query stands once: $1
// is the exhibit, or 0 for the whole case. Where all items are read, those of one exhibit are read
// alone: {} is kWhole or kOne.
constexpr std::string_view kWhole = "$1 = 0", kOne = "i.exhibit_id = $1";

constexpr std::string_view kItems =
    "SELECT count(*), COALESCE(SUM(c.size_bytes), 0), count(DISTINCT i.content_id) FROM items i "
    "LEFT JOIN contents c ON c.id = i.content_id WHERE {}";

constexpr std::string_view kPictures =
    "SELECT count(DISTINCT i.content_id) FROM items i JOIN contents c ON c.id = i.content_id "
    "WHERE c.family = 'picture' AND {}";

constexpr std::string_view kVideos =
    "SELECT count(DISTINCT i.content_id) FROM items i JOIN contents c ON c.id = i.content_id "
    "WHERE c.family = 'video' AND {}";

constexpr std::string_view kMessages =
    "SELECT count(*) FROM conversations c "
    "JOIN items e ON e.exhibit_id = c.exhibit_id AND e.seq = c.item_seq "
    "JOIN messages m ON m.conversation_id = c.id WHERE $1 IN (0, c.exhibit_id)";

constexpr std::string_view kHits =
    "SELECT match, count(*) FROM (SELECT DISTINCT h.match, h.content_id, h.list_id FROM told_hits "
    "h "
    "WHERE EXISTS (SELECT 1 FROM items i WHERE i.content_id = h.content_id "
    "AND $1 IN (0, i.exhibit_id))) AS pairs GROUP BY match";

constexpr std::string_view kGroups =
    "SELECT count(*) FROM near_groups g WHERE g.unknown_members > 0 AND EXISTS (SELECT 1 "
    "FROM near_group_members m JOIN items i ON i.content_id = m.content_id "
    "JOIN exhibits e ON e.id = i.exhibit_id WHERE m.leader_id = g.leader_id "
    "AND e.state = 'complete' AND $1 IN (0, i.exhibit_id))";

constexpr std::string_view kErrors =
    "SELECT code, count(*) FROM ("
    " SELECT i.error_code AS code FROM items i"
    "  WHERE i.error_code IS NOT NULL AND $1 IN (0, i.exhibit_id)"
    " UNION ALL"
    " SELECT c.media_error_code FROM contents c"
    "  WHERE c.media_error_code IS NOT NULL AND EXISTS (SELECT 1 FROM items i"
    "   WHERE i.content_id = c.id AND $1 IN (0, i.exhibit_id))"
    ") AS codes GROUP BY code";

// Their code stands in the reason itself.
constexpr std::string_view kPartialPictures =
    "SELECT p.partial_reason, count(*) FROM (SELECT content_id, partial_reason FROM pictures "
    "UNION ALL SELECT content_id, partial_reason FROM videos) AS p WHERE p.partial_reason <> '' "
    "AND EXISTS (SELECT 1 FROM items i WHERE i.content_id = p.content_id "
    "AND $1 IN (0, i.exhibit_id)) GROUP BY p.partial_reason";

template <typename... Fields>
Result<void> take_single(Database& database, std::string_view sql, RowId exhibit,
                         Fields&... fields) {
    return database.each(
        sql,
        [&](Row& row) -> Result<void> {
            row.take(fields...);
            return {};
        },
        exhibit);
}

Result<void> count_hits(Database& database, RowId exhibit, Totals& totals) {
    return database.each(
        kHits,
        [&](Row& row) -> Result<void> {
            std::string match;
            std::uint64_t count = 0;
            row.take(match, count);
            (match == "exact" ? totals.hits_exact : totals.hits_near) = count;
            return {};
        },
        exhibit);
}

Result<void> count_errors(Database& database, RowId exhibit, Totals& totals) {
    auto counted = database.each(
        kErrors,
        [&](Row& row) -> Result<void> {
            std::string code;
            std::uint64_t count = 0;
            row.take(code, count);
            totals.errors[code] += count;
            return {};
        },
        exhibit);
    if (!counted) {
        return counted;
    }
    return database.each(
        kPartialPictures,
        [&](Row& row) -> Result<void> {
            std::string reason;
            std::uint64_t count = 0;
            row.take(reason, count);
            if (const auto error = partial_picture(reason)) {
                totals.errors[std::string(name(error->code))] += count;
            }
            return {};
        },
        exhibit);
}

} // namespace

Result<Totals> recounted(Database& database, std::optional<RowId> exhibit) {
    const auto snapshot = Snapshot::begin(database);
    if (!snapshot) {
        return fail(snapshot.error());
    }
    const RowId where = exhibit.value_or(0);
    const auto of = [&](std::string_view sql) {
        return fmt::format(fmt::runtime(sql), exhibit ? kOne : kWhole);
    };
    Totals totals;
    for (const auto& counted :
         {take_single(database, of(kItems), where, totals.items, totals.bytes, totals.contents),
          take_single(database, of(kPictures), where, totals.pictures),
          take_single(database, of(kVideos), where, totals.videos),
          take_single(database, kMessages, where, totals.messages),
          count_hits(database, where, totals), take_single(database, kGroups, where, totals.groups),
          count_errors(database, where, totals)}) {
        if (!counted) {
            return fail(counted.error());
        }
    }
    return totals;
}

Result<Totals> totals(Case& file, std::optional<RowId> exhibit) {
    return tallied(file.database(), exhibit);
}

} // namespace rempart::casefile
