// SPDX-License-Identifier: Apache-2.0
// What is to be grouped, and the fingerprints for it.
#include <algorithm>
#include <iterator>
#include <unordered_set>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "casefile/contents.hpp"
#include "casefile/database.hpp"
#include "casefile/id_batches.hpp"
#include "rempart/casefile/groups.hpp"

namespace rempart::casefile {
namespace {

// Pictures that decoded; videos, unless nobody has looked yet.
constexpr std::string_view kMedia =
    "(SELECT content_id FROM pictures UNION ALL SELECT v.id FROM contents v WHERE "
    "v.family = 'video' AND (v.media_error_code IS NULL OR v.media_error_code <> 'skipped'))";

// $1: an exhibit that counts as complete. {}: which of the contents.
constexpr std::string_view kNew =
    "SELECT c.id, c.sha256, v.duration_ms, COALESCE(g.leader_id, 0), (SELECT min(i.exhibit_id) "
    "FROM items i JOIN exhibits e ON e.id = i.exhibit_id WHERE i.content_id = c.id "
    "AND (e.state = 'complete' OR e.id = $1)) FROM {} AS m JOIN contents c ON c.id = m.content_id "
    "LEFT JOIN videos v ON v.content_id = c.id "
    "LEFT JOIN near_group_members g ON g.content_id = c.id WHERE {}";
constexpr std::string_view kInNoGroup = "g.content_id IS NULL", kAny = "1 = 1";

// Brought by a later exhibit, as far as was known.
constexpr std::string_view kEarlierNow =
    "SELECT DISTINCT m.content_id FROM items i JOIN near_group_members m "
    "ON m.content_id = i.content_id WHERE i.exhibit_id = $1 AND m.exhibit_id > $1";

constexpr std::string_view kGroupedFrom =
    "SELECT c.id, c.sha256, v.duration_ms, m.leader_id, m.exhibit_id FROM near_group_members m "
    "JOIN contents c ON c.id = m.content_id LEFT JOIN videos v ON v.content_id = c.id "
    "WHERE m.exhibit_id >= $1";

constexpr std::string_view kLeadersUpTo =
    "SELECT g.leader_id, g.id, v.duration_ms, g.leader_id, m.exhibit_id FROM near_groups g "
    "JOIN near_group_members m ON m.content_id = g.leader_id "
    "LEFT JOIN videos v ON v.content_id = g.leader_id WHERE m.exhibit_id <= $1";

// Contents in no complete exhibit are left out: null.
Result<void> read_contents(Database& database, std::string_view sql, RowId exhibit,
                           std::vector<ContentToGroup>& contents) {
    return database.each(
        sql,
        [&](Row& row) -> Result<void> {
            ContentToGroup content;
            std::optional<std::int64_t> duration_ms;
            std::optional<RowId> brought_by;
            if (!row.take(content.content, content.key.sha256, duration_ms, content.leader,
                          brought_by)) {
                return Row::damaged();
            }
            if (brought_by) {
                content.key.exhibit = *brought_by;
                content.key.rank = duration_ms ? -1 - std::max<std::int64_t>(*duration_ms, 0) : 0;
                contents.push_back(content);
            }
            return {};
        },
        exhibit);
}

Result<std::unordered_set<RowId>> read_earlier(Database& database, std::optional<RowId> finished) {
    std::unordered_set<RowId> earlier;
    if (!finished) {
        return earlier;
    }
    auto read = database.each(
        kEarlierNow,
        [&](Row& row) -> Result<void> {
            RowId content = 0;
            row.take(content);
            earlier.insert(content);
            return {};
        },
        *finished);
    return read ? Result<std::unordered_set<RowId>>(std::move(earlier))
                : fail(std::move(read).error());
}

Result<void> read_state(Database& database, int rule, GroupingPlan& plan) {
    plan.anew = true;
    return database.each("SELECT generation, rule FROM near_group_state",
                         [&](Row& row) -> Result<void> {
                             int stands = 0;
                             row.take(plan.generation, stands);
                             plan.anew = stands != rule;
                             return {};
                         });
}

bool is_before(const ContentToGroup& a, const ContentToGroup& b) {
    return a.key < b.key;
}

// What stands behind the first of the new ones, and the leaders before it.
Result<void> read_around(Database& database, std::optional<RowId> finished, GroupingPlan& plan) {
    const auto earlier = read_earlier(database, finished);
    if (!earlier) {
        return fail(earlier.error());
    }
    std::vector<ContentToGroup> behind;
    const RowId nowhere = 0;
    const auto first_new = std::ranges::min_element(plan.contents, is_before);
    RowId from = first_new == plan.contents.end() ? nowhere : first_new->key.exhibit;
    if (!earlier->empty()) {
        from = from == nowhere ? *finished : std::min(from, *finished);
    }
    if (from == nowhere) {
        return {};
    }
    if (auto read = read_contents(database, kGroupedFrom, from, behind); !read) {
        return read;
    }
    GroupKey first = first_new == plan.contents.end() ? GroupKey{} : first_new->key;
    bool has_first = first_new != plan.contents.end();
    for (ContentToGroup& content : behind) {
        if (earlier->contains(content.content)) {
            content.key.exhibit = *finished;
            first = has_first ? std::min(first, content.key) : content.key;
            has_first = true;
        }
    }
    std::ranges::copy_if(behind, std::back_inserter(plan.contents),
                         [&](const ContentToGroup& content) { return !(content.key < first); });
    auto read = read_contents(database, kLeadersUpTo, first.exhibit, plan.leaders);
    std::erase_if(plan.leaders, [&](const ContentToGroup& leader) {
        return !(leader.key < first) || earlier->contains(leader.content);
    });
    std::ranges::sort(plan.leaders, is_before);
    return read;
}

} // namespace

Result<GroupingPlan> plan_grouping(Case& file, std::optional<RowId> finished, int rule) {
    Database& database = file.database();
    const auto snapshot = Snapshot::begin(database);
    if (!snapshot) {
        return fail(snapshot.error());
    }
    GroupingPlan plan;
    if (auto read = read_state(database, rule, plan); !read) {
        return fail(std::move(read).error());
    }
    auto read = read_contents(
        database, fmt::format(fmt::runtime(kNew), kMedia, plan.anew ? kAny : kInNoGroup),
        finished.value_or(0), plan.contents);
    if (read && !plan.anew) {
        read = read_around(database, finished, plan);
    }
    if (!read) {
        return fail(std::move(read).error());
    }
    std::ranges::sort(plan.contents, is_before);
    return plan;
}

Result<void> each_print(Case& file, std::span<const RowId> pictures, const PrintChoice& choice,
                        const std::function<Result<void>(RowId, FingerprintRecord&&)>& take) {
    const std::string what = fmt::format(
        "SELECT content_id, algorithm, variant, quality, value, {} FROM fingerprints WHERE "
        "algorithm = '{}' AND variant IN ('{}') AND quality >= {}",
        choice.as_it_is_only ? "value" : "orientations", choice.algorithm,
        fmt::join(choice.variants, "', '"), choice.least_quality);
    Database& database = file.database();
    const auto snapshot = Snapshot::begin(database);
    if (auto ready = snapshot ? look_up_by_index(database) : fail(snapshot.error()); !ready) {
        return ready;
    }
    return in_batches(pictures, [&](const std::string& batch) {
        return database.each(
            fmt::format("{} AND content_id IN ({}) ORDER BY content_id, ordinal", what, batch),
            [&](Row& row) -> Result<void> {
                RowId content = 0;
                FingerprintRecord print;
                return row.take(content, print.algorithm, print.variant, print.quality, print.value,
                                print.orientations)
                           ? take(content, std::move(print))
                           : Row::damaged();
            });
    });
}

Result<void> each_frame(Case& file, std::span<const RowId> videos, bool as_it_is_only,
                        const std::function<Result<void>(RowId, VideoFrameRecord&&)>& take) {
    Database& database = file.database();
    const auto snapshot = Snapshot::begin(database);
    if (auto ready = snapshot ? look_up_by_index(database) : fail(snapshot.error()); !ready) {
        return ready;
    }
    return in_batches(videos, [&](const std::string& batch) {
        return database.each(
            fmt::format("SELECT content_id, from_ms, to_ms, quality, {} FROM video_frames "
                        "WHERE content_id IN ({}) AND ordinal < {} ORDER BY content_id, ordinal",
                        as_it_is_only ? "substr(orientations, 1, 32)" : "orientations", batch,
                        kFirstTrimmedFrame),
            [&](Row& row) -> Result<void> {
                RowId content = 0;
                VideoFrameRecord frame;
                return row.take(content, frame.from_ms, frame.to_ms, frame.quality,
                                frame.orientations)
                           ? take(content, std::move(frame))
                           : Row::damaged();
            });
    });
}

} // namespace rempart::casefile
