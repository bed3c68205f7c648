// SPDX-License-Identifier: Apache-2.0
#include "casefile/groups.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include <fmt/format.h>

#include "casefile/tallies.hpp"
#include "rempart/core/hex.hpp"

namespace rempart::casefile {
namespace {

constexpr const char* kTables[] = {"near_group_members", "near_group_reasons", "near_groups"};

struct GroupStatements {
    Statement group, member, reason;

    static Result<GroupStatements> prepare(Database& database) {
        auto group = database.prepare(
            "INSERT INTO near_groups (id, queue_place, representative_id, unknown_members, points) "
            "VALUES ($1, $2, $3, $4, $5)");
        auto member = database.prepare("INSERT INTO near_group_members (group_id, ordinal, "
                                       "content_id) VALUES ($1, $2, $3)");
        auto reason = database.prepare("INSERT INTO near_group_reasons (group_id, ordinal, fact, "
                                       "points, source) VALUES ($1, $2, $3, $4, $5)");
        for (const auto* prepared : {&group, &member, &reason}) {
            if (!*prepared) {
                return fail(prepared->error());
            }
        }
        return GroupStatements{std::move(*group), std::move(*member), std::move(*reason)};
    }
};

Result<void> insert_group(GroupStatements& sql, const GroupRecord& record, std::size_t place) {
    std::array<std::byte, 32> id{};
    if (!decode_hex(record.id, id)) {
        return fail(Errc::invalid_argument, "a group's id is the SHA-256 of its first member");
    }
    if (auto added =
            sql.group.run(id, place, record.representative, record.unknown_members, record.points);
        !added) {
        return added;
    }
    for (std::size_t i = 0; i < record.members.size(); ++i) {
        if (auto added = sql.member.run(id, i, record.members[i]); !added) {
            return added;
        }
    }
    for (std::size_t i = 0; i < record.reasons.size(); ++i) {
        const ReasonRecord& reason = record.reasons[i];
        if (auto added = sql.reason.run(id, i, reason.fact, reason.points, reason.source); !added) {
            return added;
        }
    }
    return {};
}

} // namespace

Result<void> replace_groups(Case& file, std::span<const GroupRecord> groups) {
    Database& database = file.database();
    auto transaction = Transaction::begin(database);
    if (!transaction) {
        return fail(std::move(transaction).error());
    }
    for (const char* table : kTables) {
        if (auto gone = database.run(fmt::format("DELETE FROM {}", table)); !gone) {
            return gone;
        }
    }
    auto statements = GroupStatements::prepare(database);
    if (!statements) {
        return fail(std::move(statements).error());
    }
    for (std::size_t i = 0; i < groups.size(); ++i) {
        if (auto added = insert_group(*statements, groups[i], i); !added) {
            return added;
        }
    }
    if (auto counted = tally_groups(database); !counted) {
        return counted;
    }
    return transaction->commit();
}

Result<std::vector<ReasonRecord>> reasons_of(Statement& statement, const Bytes& group) {
    std::vector<ReasonRecord> all;
    statement.start(group);
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
    const auto take_row = [&](Row& row) -> Result<void> {
        Bytes id;
        GroupRecord group;
        RowId member = 0;
        if (!row.take(id, group.representative, group.unknown_members, group.points, member)) {
            return Row::damaged();
        }
        group.id = encode_hex(id);
        if (all.empty() || all.back().id != group.id) {
            auto of_group = reasons_of(*reasons, id);
            if (!of_group) {
                return fail(std::move(of_group).error());
            }
            group.reasons = std::move(*of_group);
            all.push_back(std::move(group));
        }
        all.back().members.push_back(member);
        return {};
    };
    auto read =
        database.each("SELECT g.id, g.representative_id, g.unknown_members, g.points, m.content_id "
                      "FROM near_groups g JOIN near_group_members m ON m.group_id = g.id "
                      "ORDER BY g.queue_place, m.ordinal",
                      take_row);
    if (!read) {
        return fail(std::move(read).error());
    }
    return all;
}

namespace {

// Our choice: two round trips to a server a page, and some hundred kilobytes.
constexpr std::size_t kGroupsPerPage = 500;

constexpr std::string_view kNextQueued =
    "SELECT g.queue_place, g.id, g.unknown_members, g.points, c.sha256, "
    "(SELECT count(*) FROM near_group_members m WHERE m.group_id = g.id), "
    "COALESCE(e.label, ''), COALESCE(i.path, '') FROM near_groups g "
    "JOIN contents c ON c.id = g.representative_id LEFT JOIN items i ON i.id = (SELECT f.id "
    "FROM items f WHERE f.content_id = c.id ORDER BY f.exhibit_id, f.seq LIMIT 1) "
    "LEFT JOIN exhibits e ON e.id = i.exhibit_id "
    "WHERE g.unknown_members > 0 AND g.queue_place > $1 ORDER BY g.queue_place LIMIT $2";
constexpr std::string_view kReasonsOfQueued =
    "SELECT g.queue_place, r.fact, r.points, r.source FROM near_groups g "
    "JOIN near_group_reasons r ON r.group_id = g.id "
    "WHERE g.queue_place > $1 AND g.queue_place <= $2 ORDER BY g.queue_place, r.ordinal";

struct QueuePage {
    std::vector<std::int64_t> places; ///< Rising, one a group.
    std::vector<QueuedGroup> groups;
};

Result<void> read_groups(Database& database, std::int64_t after, std::size_t most,
                         QueuePage& page) {
    const auto statement = database.kept(kNextQueued);
    if (!statement) {
        return fail(statement.error());
    }
    return (*statement)
        ->rows_of(
            [&](Row& row) -> Result<void> {
                QueuedGroup& group = page.groups.emplace_back();
                Bytes id, sha256;
                if (!row.take(page.places.emplace_back(), id, group.unknown_members, group.points,
                              sha256, group.members, group.first_exhibit, group.first_path)) {
                    return Row::damaged();
                }
                group.id = encode_hex(id);
                group.sha256 = encode_hex(sha256);
                return {};
            },
            after, most);
}

Result<void> read_reasons(Database& database, std::int64_t after, QueuePage& page) {
    const auto statement = database.kept(kReasonsOfQueued);
    if (!statement) {
        return fail(statement.error());
    }
    return (*statement)
        ->rows_of(
            [&](Row& row) -> Result<void> {
                std::int64_t place = 0;
                ReasonRecord reason;
                if (!row.take(place, reason.fact, reason.points, reason.source)) {
                    return Row::damaged();
                }
                const auto found = std::ranges::lower_bound(page.places, place);
                if (found != page.places.end() && *found == place) {
                    page.groups[static_cast<std::size_t>(found - page.places.begin())]
                        .reasons.push_back(std::move(reason));
                }
                return {};
            },
            after, page.places.back());
}

Result<QueuePage> next_page(Database& database, std::int64_t after, std::size_t most) {
    QueuePage page;
    auto read = read_groups(database, after, std::min(most, kGroupsPerPage), page);
    if (read && !page.groups.empty()) {
        read = read_reasons(database, after, page);
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
    auto after = std::numeric_limits<std::int64_t>::min();
    while (most > 0) {
        const auto page = next_page(database, after, most);
        if (!page || page->groups.empty()) {
            return page ? Result<void>() : fail(page.error());
        }
        for (const QueuedGroup& group : page->groups) {
            if (auto taken = take(group); !taken) {
                return taken;
            }
        }
        most -= page->groups.size();
        after = page->places.back();
    }
    return {};
}

} // namespace rempart::casefile
