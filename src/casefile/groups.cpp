// SPDX-License-Identifier: Apache-2.0
#include "casefile/groups.hpp"

#include <algorithm>
#include <limits>
#include <unordered_map>

#include <fmt/format.h>

#include "casefile/id_batches.hpp"
#include "rempart/core/hex.hpp"

namespace rempart::casefile {

Result<std::vector<ReasonRecord>> reasons_of(Statement& statement, RowId leader) {
    std::vector<ReasonRecord> all;
    statement.start(leader);
    auto read = statement.each([&](Row& row) -> Result<void> {
        ReasonRecord& reason = all.emplace_back();
        if (!row.take(reason.fact, reason.points, reason.source)) {
            return Row::damaged();
        }
        return {};
    });
    if (!read) {
        return fail(std::move(read).error());
    }
    return all;
}

Result<std::vector<GroupRecord>> groups(Case& file) {
    Database& database = file.database();
    const auto snapshot = Snapshot::begin(database);
    if (!snapshot) {
        return fail(snapshot.error());
    }
    auto reasons = database.prepare(kReasonsOfGroup);
    if (!reasons) {
        return fail(std::move(reasons).error());
    }
    std::vector<GroupRecord> all;
    RowId last = 0;
    const auto take_row = [&](Row& row) -> Result<void> {
        Bytes id;
        GroupRecord group;
        GroupMember member;
        RowId leader = 0;
        if (!row.take(leader, id, group.worth.representative, group.worth.unknown_members,
                      group.worth.points, member.content, member.distance, member.orientation)) {
            return Row::damaged();
        }
        if (all.empty() || last != leader) {
            auto of_group = reasons_of(*reasons, leader);
            if (!of_group) {
                return fail(std::move(of_group).error());
            }
            group.id = encode_hex(id);
            group.worth.reasons = std::move(*of_group);
            all.push_back(std::move(group));
            last = leader;
        }
        all.back().members.push_back(std::move(member));
        return {};
    };
    auto read = database.each(
        "SELECT g.leader_id, g.id, g.representative_id, g.unknown_members, g.points, m.content_id, "
        "m.distance, m.orientation FROM near_groups g "
        "JOIN near_group_members m ON m.leader_id = g.leader_id "
        "JOIN contents c ON c.id = m.content_id "
        "ORDER BY CASE WHEN g.unknown_members > 0 THEN 0 ELSE 1 END, g.queue_place, g.id, c.sha256",
        take_row);
    if (!read) {
        return fail(std::move(read).error());
    }
    return all;
}

namespace {

// Our choice: two round trips to a server a page, and some hundred kilobytes.
constexpr std::size_t kGroupsPerPage = 500;

// Places of the queue are equal where points are: the id decides.
constexpr std::string_view kNextQueued =
    "SELECT g.queue_place, g.leader_id, g.id, g.unknown_members, g.points, g.representative_id, "
    "c.sha256, c.size_bytes, c.family, COALESCE(p.format, v.format, ''), "
    "COALESCE(p.width, v.width, 0), COALESCE(p.height, v.height, 0), v.duration_ms, "
    "(SELECT count(*) FROM near_group_members m WHERE m.leader_id = g.leader_id), "
    "COALESCE(e.label, ''), COALESCE(i.path, '') FROM near_groups g "
    "JOIN contents c ON c.id = g.representative_id "
    "LEFT JOIN pictures p ON p.content_id = c.id LEFT JOIN videos v ON v.content_id = c.id "
    "LEFT JOIN items i ON i.id = (SELECT f.id "
    "FROM items f WHERE f.content_id = c.id ORDER BY f.exhibit_id, f.seq LIMIT 1) "
    "LEFT JOIN exhibits e ON e.id = i.exhibit_id "
    "WHERE g.unknown_members > 0 AND (g.queue_place, g.id) > ($1, $2) "
    "ORDER BY g.queue_place, g.id LIMIT $3";

struct QueuePage {
    std::vector<RowId> leaders; ///< One a group.
    std::vector<QueuedGroup> groups;
    std::int64_t last_place = std::numeric_limits<std::int64_t>::min();
    Bytes last_id;
};

Result<void> read_groups(Database& database, const QueuePage& before, std::size_t most,
                         QueuePage& page) {
    const auto statement = database.kept(kNextQueued);
    if (!statement) {
        return fail(statement.error());
    }
    return (*statement)
        ->rows_of(
            [&](Row& row) -> Result<void> {
                QueuedGroup& group = page.groups.emplace_back();
                Bytes sha256;
                std::string family;
                if (!row.take(page.last_place, page.leaders.emplace_back(), page.last_id,
                              group.unknown_members, group.points, group.representative, sha256,
                              group.size_bytes, family, group.format, group.width, group.height,
                              group.duration_ms, group.members, group.first_exhibit,
                              group.first_path)) {
                    return Row::damaged();
                }
                group.id = encode_hex(page.last_id);
                group.sha256 = encode_hex(sha256);
                group.kind = family == "video" || group.duration_ms ? "video" : "picture";
                return {};
            },
            before.last_place, before.last_id, most);
}

Result<void> read_reasons(Database& database, QueuePage& page) {
    std::unordered_map<RowId, QueuedGroup*> by_leader; // looked up only
    for (std::size_t i = 0; i < page.leaders.size(); ++i) {
        by_leader.emplace(page.leaders[i], &page.groups[i]);
    }
    return in_batches(page.leaders, [&](const std::string& batch) {
        return database.each(
            fmt::format("SELECT leader_id, fact, points, source FROM near_group_reasons "
                        "WHERE leader_id IN ({}) ORDER BY leader_id, ordinal",
                        batch),
            [&](Row& row) -> Result<void> {
                RowId leader = 0;
                ReasonRecord reason;
                if (!row.take(leader, reason.fact, reason.points, reason.source)) {
                    return Row::damaged();
                }
                by_leader.at(leader)->reasons.push_back(std::move(reason));
                return {};
            });
    });
}

Result<QueuePage> next_page(Database& database, const QueuePage& before, std::size_t most) {
    QueuePage page;
    auto read = read_groups(database, before, std::min(most, kGroupsPerPage), page);
    if (read) {
        read = read_reasons(database, page);
    }
    return read ? Result<QueuePage>(std::move(page)) : fail(std::move(read).error());
}

} // namespace

Result<void> each_queued(Case& file, const std::function<Result<void>(const QueuedGroup&)>& take,
                         std::size_t most) {
    Database& database = file.database();
    const auto snapshot = Snapshot::begin(database);
    if (!snapshot) {
        return fail(snapshot.error());
    }
    QueuePage page;
    while (most > 0) {
        auto next = next_page(database, page, most);
        if (!next || next->groups.empty()) {
            return next ? Result<void>() : fail(next.error());
        }
        page = std::move(*next);
        for (const QueuedGroup& group : page.groups) {
            if (auto taken = take(group); !taken) {
                return taken;
            }
        }
        most -= page.groups.size();
    }
    return {};
}

} // namespace rempart::casefile
