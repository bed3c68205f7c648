// SPDX-License-Identifier: Apache-2.0
// Changes of the groups that are kept: who is in which, what each is worth, and the totals.
#include <algorithm>
#include <array>
#include <map>
#include <unordered_map>
#include <utility>

#include "casefile/audited_change.hpp"
#include "casefile/database.hpp"
#include "casefile/exhibits.hpp"
#include "casefile/id_batches.hpp"
#include "casefile/tallies.hpp"
#include "rempart/casefile/groups.hpp"
#include "rempart/core/hex.hpp"

namespace rempart::casefile {
namespace {

Result<void> append_ids(Database& database, std::string_view sql, std::vector<RowId>& ids) {
    return database.each(sql, [&](Row& row) -> Result<void> {
        row.take(ids.emplace_back());
        return {};
    });
}

class Changing {
  public:
    Changing(Case& file, const GroupChange& change, const JudgeGroup& judge)
        : file_(file), database_(file.database()), change_(change), judge_(judge) {}

    /// Whether the groups are still those that the change was made from.
    Result<bool> is_fresh();
    Result<GroupChanged> run();

  private:
    Result<void> note_places();
    Result<void> note_touched();
    Result<void> count(std::int64_t sign, RowId left_out);
    Result<void> place();
    Result<void> judge_touched();
    Result<void> judge_some(std::span<const RowId> leaders);
    Result<void> store_worth(RowId leader, const std::string& sha256, const GroupWorth& worth);
    Result<void> raise_generation();

    Case& file_;
    Database& database_;
    const GroupChange& change_;
    const JudgeGroup& judge_;
    std::vector<RowId> touched_; ///< Leaders, sorted.
    Inserter groups_, reasons_;  ///< In this order: a reason names its group.
    Tallies tallies_;
    GroupChanged changed_;
};

Result<bool> Changing::is_fresh() {
    const auto generation = database_.scalar("SELECT generation FROM near_group_state");
    return generation ? Result<bool>(generation->value_or(0) == change_.generation)
                      : fail(generation.error());
}

// Where the placed ones were: their groups lose a member, or lead on.
Result<void> Changing::note_places() {
    std::unordered_map<RowId, RowId> leaders; // looked up only
    std::vector<RowId> contents;
    contents.reserve(change_.placed.size());
    for (const GroupPlaceRecord& place : change_.placed) {
        contents.push_back(place.content);
        touched_.push_back(place.leader);
    }
    auto read = in_batches(contents, [&](const std::string& batch) {
        return database_.each(fmt::format("SELECT content_id, leader_id FROM near_group_members "
                                          "WHERE content_id IN ({})",
                                          batch),
                              [&](Row& row) -> Result<void> {
                                  RowId content = 0, leader = 0;
                                  row.take(content, leader);
                                  leaders.emplace(content, leader);
                                  touched_.push_back(leader);
                                  return {};
                              });
    });
    for (const GroupPlaceRecord& place : change_.placed) {
        const auto was = leaders.find(place.content);
        changed_.added += was == leaders.end() ? 1U : 0U;
        changed_.moved += was != leaders.end() && was->second != place.leader ? 1U : 0U;
    }
    return read;
}

Result<void> Changing::note_touched() {
    auto noted = note_places();
    if (noted && (change_.all || change_.anew)) {
        noted = append_ids(database_, "SELECT leader_id FROM near_groups", touched_);
    }
    if (noted && change_.finished) {
        noted = append_ids(database_,
                           fmt::format("SELECT DISTINCT m.leader_id FROM items i "
                                       "JOIN near_group_members m ON m.content_id = i.content_id "
                                       "WHERE i.exhibit_id = {}",
                                       *change_.finished),
                           touched_);
    }
    if (noted) { // also what an earlier change left to do, because it ended in between
        noted = append_ids(database_,
                           "SELECT DISTINCT m.leader_id FROM near_groups_due d "
                           "CROSS JOIN hits h JOIN near_group_members m "
                           "ON m.content_id = h.content_id WHERE h.list_id = d.list_id",
                           touched_);
    }
    std::ranges::sort(touched_);
    const auto same = std::ranges::unique(touched_);
    touched_.erase(same.begin(), same.end());
    changed_.touched = touched_.size();
    return noted;
}

// What the touched groups add to the totals of each complete exhibit, and of the case.
Result<void> Changing::count(std::int64_t sign, RowId left_out) {
    const auto take_row = [&](Row& row) -> Result<void> {
        RowId exhibit = 0;
        std::int64_t groups = 0;
        row.take(exhibit, groups);
        tallies_.groups(exhibit, sign * groups);
        return {};
    };
    return in_batches(touched_, [&](const std::string& batch) -> Result<void> {
        auto of_exhibits = database_.each(
            fmt::format("SELECT place, count(*) FROM (SELECT DISTINCT i.exhibit_id AS place, "
                        "m.leader_id FROM near_groups g JOIN near_group_members m "
                        "ON m.leader_id = g.leader_id JOIN items i ON i.content_id = m.content_id "
                        "JOIN exhibits e ON e.id = i.exhibit_id WHERE g.unknown_members > 0 "
                        "AND e.state = 'complete' AND e.id <> {} AND g.leader_id IN ({})) AS seen "
                        "GROUP BY place",
                        left_out, batch),
            take_row);
        return of_exhibits ? database_.each(fmt::format("SELECT 0, count(*) FROM near_groups WHERE "
                                                        "unknown_members > 0 AND leader_id IN ({})",
                                                        batch),
                                            take_row)
                           : of_exhibits;
    });
}

Result<void> Changing::place() {
    std::vector<RowId> contents;
    contents.reserve(change_.placed.size());
    std::ranges::transform(change_.placed, std::back_inserter(contents),
                           &GroupPlaceRecord::content);
    auto gone = change_.anew
                    ? database_.run("DELETE FROM near_group_members")
                    : in_batches(contents, [&](const std::string& batch) {
                          return database_.run(fmt::format(
                              "DELETE FROM near_group_members WHERE content_id IN ({})", batch));
                      });
    auto rows = database_.inserter("near_group_members",
                                   "content_id, leader_id, exhibit_id, distance, orientation");
    if (!gone || !rows) {
        return gone ? fail(rows.error()) : gone;
    }
    for (const GroupPlaceRecord& place : change_.placed) {
        if (auto added = rows->row(place.content, place.leader, place.exhibit, place.distance,
                                   place.orientation);
            !added) {
            return added;
        }
    }
    return rows->flush();
}

Result<void> Changing::judge_touched() {
    auto groups =
        database_.inserter("near_groups", "leader_id, id, representative_id, unknown_members, "
                                          "points, queue_place");
    auto reasons =
        database_.inserter("near_group_reasons", "leader_id, ordinal, fact, points, source");
    if (!groups || !reasons) {
        return fail(groups ? reasons.error() : groups.error());
    }
    groups_ = std::move(*groups);
    reasons_ = std::move(*reasons);
    const std::span<const RowId> all(touched_);
    for (std::size_t begin = 0; begin < all.size(); begin += kIdsPerBatch) {
        if (auto judged =
                judge_some(all.subspan(begin, std::min(kIdsPerBatch, all.size() - begin)));
            !judged) {
            return judged;
        }
    }
    return {};
}

// Their rows are made again from the members that they have now, if any.
Result<void> Changing::judge_some(std::span<const RowId> leaders) {
    std::unordered_map<RowId, RowId> leader_of; // looked up only
    std::vector<RowId> members;
    auto done = in_batches(leaders, [&](const std::string& batch) -> Result<void> {
        for (const char* table : {"near_group_reasons", "near_groups"}) {
            if (auto gone = database_.run(
                    fmt::format("DELETE FROM {} WHERE leader_id IN ({})", table, batch));
                !gone) {
                return gone;
            }
        }
        return database_.each(fmt::format("SELECT content_id, leader_id FROM near_group_members "
                                          "WHERE leader_id IN ({}) ORDER BY content_id",
                                          batch),
                              [&](Row& row) -> Result<void> {
                                  RowId leader = 0;
                                  row.take(members.emplace_back(), leader);
                                  leader_of.emplace(members.back(), leader);
                                  return {};
                              });
    });
    auto views = done ? media_views(file_, members) : fail(std::move(done).error());
    if (!views) {
        return fail(std::move(views).error());
    }
    std::map<RowId, std::vector<MediaView>> groups;
    for (MediaView& view : *views) { // by SHA-256, in each group too
        groups[leader_of.at(view.content)].push_back(std::move(view));
    }
    for (const auto& [leader, of_group] : groups) {
        const auto first = std::ranges::find(of_group, leader, &MediaView::content);
        const std::string id = first == of_group.end() ? std::string() : first->sha256;
        if (auto stored = store_worth(leader, id, judge_(of_group)); !stored) {
            return stored;
        }
    }
    auto flushed = groups_.flush();
    return flushed ? reasons_.flush() : flushed;
}

Result<void> Changing::store_worth(RowId leader, const std::string& sha256,
                                   const GroupWorth& worth) {
    std::array<std::byte, 32> id{};
    if (!decode_hex(sha256, id)) {
        return fail(Errc::integrity, "a group without its leader");
    }
    auto stored = groups_.row(leader, id, worth.representative, worth.unknown_members, worth.points,
                              -worth.points);
    for (std::size_t i = 0; stored && i < worth.reasons.size(); ++i) {
        const ReasonRecord& why = worth.reasons[i];
        stored = reasons_.row(leader, i, why.fact, why.points, why.source);
    }
    return stored;
}

Result<void> Changing::raise_generation() {
    if (auto judged = database_.run("DELETE FROM near_groups_due"); !judged) {
        return judged;
    }
    return database_.run("INSERT INTO near_group_state (only_row, generation, rule) "
                         "VALUES (1, $1, $2) ON CONFLICT (only_row) DO UPDATE "
                         "SET generation = excluded.generation, rule = excluded.rule",
                         change_.generation + 1, change_.rule);
}

Result<GroupChanged> Changing::run() {
    for (const auto& step : std::initializer_list<std::function<Result<void>()>>{
             [&] { return look_up_by_index(database_); }, [&] { return note_touched(); },
             // The exhibit that just became complete was in no total before.
             [&] { return count(-1, change_.finished.value_or(0)); }, [&] { return place(); },
             [&] { return judge_touched(); }, [&] { return count(+1, 0); },
             [&] { return tallies_.store(database_); }, [&] { return raise_generation(); }}) {
        if (auto done = step(); !done) {
            return fail(std::move(done).error());
        }
    }
    return changed_;
}

} // namespace

Result<std::optional<GroupChanged>> change_groups(Case& file, const GroupChange& change,
                                                  const JudgeGroup& judge) {
    auto transaction = Transaction::begin(file.database());
    if (!transaction) {
        return fail(std::move(transaction).error());
    }
    Changing changing(file, change, judge);
    const auto fresh = changing.is_fresh();
    if (!fresh || !*fresh) {
        return fresh ? Result<std::optional<GroupChanged>>(std::nullopt) : fail(fresh.error());
    }
    auto changed = changing.run();
    auto committed = changed ? transaction->commit() : fail(changed.error());
    return committed ? Result<std::optional<GroupChanged>>(*changed)
                     : fail(std::move(committed).error());
}

Result<std::optional<GroupChanged>>
finish_exhibit(Case& file, const Job& job, const GroupChange& change, const JudgeGroup& judge) {
    Database& database = file.database();
    auto audited = AuditedChange::begin(database, AuditAct::rows_changed);
    if (!audited) {
        return fail(std::move(audited).error());
    }
    Changing changing(file, change, judge);
    const auto fresh = changing.is_fresh();
    if (!fresh || !*fresh) {
        return fresh ? Result<std::optional<GroupChanged>>(std::nullopt) : fail(fresh.error());
    }
    auto record = exhibit_of(file, job.exhibit);
    if (!record || !*record) {
        return record ? fail(Errc::not_found, "the case has no such exhibit")
                      : fail(std::move(record).error());
    }
    (*record)->state = "complete";
    if (auto updated = update_exhibit_row(database, *audited, **record); !updated) {
        return fail(std::move(updated).error());
    }
    const auto changed = changing.run();
    if (!changed) {
        return fail(changed.error());
    }
    audited->entry().subject.emplace_back("regrouped", fmt::format("{}", changed->moved));
    auto done = complete(database, job);
    done = done ? audited->commit() : done;
    return done ? Result<std::optional<GroupChanged>>(*changed) : fail(std::move(done).error());
}

} // namespace rempart::casefile
