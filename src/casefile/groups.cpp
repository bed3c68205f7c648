// SPDX-License-Identifier: Apache-2.0
#include "rempart/casefile/evidence.hpp"

#include <array>

#include "casefile/database.hpp"
#include "rempart/core/hex.hpp"

namespace rempart::casefile {
namespace {

Result<void> insert_group(Statement& group, Statement& member, const GroupRecord& record) {
    std::array<std::byte, 32> id{};
    if (!decode_hex(record.id, id)) {
        return fail(Errc::invalid_argument, "a group's id is the SHA-256 of its first member");
    }
    if (auto added = group.run(id, record.representative); !added) {
        return added;
    }
    for (std::size_t i = 0; i < record.members.size(); ++i) {
        if (auto added = member.run(id, i, record.members[i]); !added) {
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
    for (const char* sql : {"DELETE FROM near_group_members", "DELETE FROM near_groups"}) {
        if (auto gone = database.run(sql); !gone) {
            return gone;
        }
    }
    auto group =
        database.prepare("INSERT INTO near_groups (id, representative_id) VALUES ($1, $2)");
    auto member = database.prepare("INSERT INTO near_group_members (group_id, ordinal, content_id) "
                                   "VALUES ($1, $2, $3)");
    if (!group || !member) {
        return fail(group ? member.error() : group.error());
    }
    for (const GroupRecord& record : groups) {
        if (auto added = insert_group(*group, *member, record); !added) {
            return added;
        }
    }
    return transaction->commit();
}

Result<std::vector<GroupRecord>> groups(Case& file) {
    std::vector<GroupRecord> all;
    const auto take_row = [&](Row& row) -> Result<void> {
        Bytes id;
        RowId representative = 0, member = 0;
        if (!row.take(id, representative, member)) {
            return Row::damaged();
        }
        std::string hex = encode_hex(id);
        if (all.empty() || all.back().id != hex) {
            all.push_back({.id = std::move(hex), .representative = representative, .members = {}});
        }
        all.back().members.push_back(member);
        return {};
    };
    auto read = file.database().each(
        "SELECT g.id, g.representative_id, m.content_id FROM near_groups g "
        "JOIN near_group_members m ON m.group_id = g.id ORDER BY g.id, m.ordinal",
        take_row);
    if (!read) {
        return fail(std::move(read).error());
    }
    return all;
}

} // namespace rempart::casefile
