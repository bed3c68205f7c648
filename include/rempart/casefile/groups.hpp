// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Near-duplicate groups of a case, which are kept and grow, and the queue of new material that
/// they make. What is near what, and what a group is worth, is the business of the caller: here
/// lies what it asks for, and where its answers are stored.
///
/// A content counts once an exhibit that has it is complete: pictures that decoded, and videos,
/// also those that did not; not what was left aside (media_error `skipped`). So groups are a
/// function of the complete exhibits, whoever read them when.

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rempart/casefile/case.hpp"
#include "rempart/casefile/evidence.hpp"
#include "rempart/casefile/work_queue.hpp"

namespace rempart::casefile {

/// A picture or video as the rules of the queue look at it.
struct MediaView {
    RowId content = 0;
    std::string sha256;
    std::uint64_t size_bytes = 0;
    std::optional<PictureRecord> picture;
    std::optional<VideoRecord> video; ///< Neither: a video that did not decode.
    KnownBy known_by;
    std::uint64_t places = 0, exhibits = 0,
                  messages = 0; ///< Where seen, of complete exhibits; in how many messages.
    bool seen_deleted = false;  ///< At all of these places.
    bool has_camera = false, has_location = false; ///< From metadata.
};
/// In the order of their SHA-256. Ids that are no content are left out.
[[nodiscard]] Result<std::vector<MediaView>> media_views(Case& file, std::span<const RowId> ids);

/// Where a content stands in the order of grouping (docs/adr/0011): by the exhibit that brought it,
/// videos before pictures and long ones first, then by SHA-256.
struct GroupKey {
    RowId exhibit = 0;     ///< The first complete one that has it.
    std::int64_t rank = 0; ///< Below 0 for a video that decoded: the longer the lower. Else 0.
    std::array<std::byte, 32> sha256{};
    friend auto operator<=>(const GroupKey&, const GroupKey&) = default;
};
struct ContentToGroup {
    GroupKey key;
    RowId content = 0;
    RowId leader = 0; ///< Whose group it is in so far; 0: in none.
    [[nodiscard]] bool has_frames() const { return key.rank < 0; }
};

/// What is to be grouped, and behind which leaders.
struct GroupingPlan {
    std::int64_t generation = 0;          ///< Of the groups that it was made from.
    bool anew = false;                    ///< They stand under another rule: all are grouped again.
    std::vector<ContentToGroup> leaders;  ///< Before the first of `contents`, in order.
    std::vector<ContentToGroup> contents; ///< In order: new ones, and all behind the first of them.
};
/// \param finished an exhibit that counts as complete: the one that is being finished.
/// \param rule the number of the rule by which the caller groups.
[[nodiscard]] Result<GroupingPlan> plan_grouping(Case& file, std::optional<RowId> finished,
                                                 int rule);

/// Of which fingerprints, and how much of each, a grouping asks.
struct PrintChoice {
    std::string_view algorithm;
    std::span<const std::string_view> variants;
    int least_quality = 0;
    bool as_it_is_only = false; ///< `orientations` holds the first 32 bytes alone.
};
/// The fingerprints of these pictures, by content and ordinal.
[[nodiscard]] Result<void>
each_print(Case& file, std::span<const RowId> pictures, const PrintChoice& choice,
           const std::function<Result<void>(RowId, FingerprintRecord&&)>& take);
/// The frames of these videos, by content and time; of each all orientations or the first alone.
[[nodiscard]] Result<void>
each_frame(Case& file, std::span<const RowId> videos, bool as_it_is_only,
           const std::function<Result<void>(RowId, VideoFrameRecord&&)>& take);

struct ReasonRecord {
    std::string fact;
    int points = 0;
    std::string source;
};
/// What a group is worth.
struct GroupWorth {
    RowId representative = 0;
    std::uint64_t unknown_members = 0; ///< 0: nothing new in it, it is not in the queue.
    int points = 0;
    std::vector<ReasonRecord> reasons; ///< Their points add up to `points`.
};
/// Of the members of one group, by SHA-256; never empty.
using JudgeGroup = std::function<GroupWorth(std::span<const MediaView>)>;

/// Where a content belongs.
struct GroupPlaceRecord {
    RowId content = 0;
    RowId leader = 0;  ///< The content that leads its group; itself if it is one.
    RowId exhibit = 0; ///< GroupKey::exhibit
    int distance = 0;
    std::string orientation;
};

/// What changes, and which groups are judged again: those of `placed` (before and after), those
/// that the other members name, and those that a list hits whose hits or entries changed since:
/// whatever changes them notes the list in the same transaction, so that nothing stays unjudged for
/// good.
struct GroupChange {
    std::int64_t generation = 0; ///< GroupingPlan::generation
    int rule = 0;
    bool anew = false; ///< What is not placed is in no group any more.
    std::span<const GroupPlaceRecord> placed;
    std::optional<RowId> finished; ///< Groups that this exhibit saw.
    bool all = false;              ///< Every group.
};
struct GroupChanged {
    std::uint64_t added = 0;   ///< Contents that were in no group.
    std::uint64_t moved = 0;   ///< Contents that are in another group now.
    std::uint64_t touched = 0; ///< Groups that were judged again.
};
/// Stores it in one transaction. \return null, and nothing is changed, if another process changed
/// groups since the plan was made: make it again.
[[nodiscard]] Result<std::optional<GroupChanged>>
change_groups(Case& file, const GroupChange& change, const JudgeGroup& judge);
/// The same in one transaction with the end of the exhibit `job` is about, which becomes complete;
/// the log's record of it tells how many contents moved. \return `refused` as complete().
[[nodiscard]] Result<std::optional<GroupChanged>>
finish_exhibit(Case& file, const Job& job, const GroupChange& change, const JudgeGroup& judge);

struct GroupMember {
    RowId content = 0;
    std::optional<int> distance; ///< None: grouped by an older version.
    std::string orientation;
    friend bool operator==(const GroupMember&, const GroupMember&) = default;
};
struct GroupRecord {
    std::string id; ///< The SHA-256 of its leader.
    GroupWorth worth;
    std::vector<GroupMember> members; ///< By SHA-256.
};
/// All groups: those of the queue in its order, then the others by id.
[[nodiscard]] Result<std::vector<GroupRecord>> groups(Case& file);

/// A group of the queue as it is shown: with its representative and its first place.
struct QueuedGroup {
    std::string id;
    std::uint64_t unknown_members = 0, members = 0;
    int points = 0;
    std::vector<ReasonRecord> reasons;
    RowId representative = 0;
    std::string sha256, first_exhibit, first_path; ///< Of the representative.
    std::string kind;                              ///< "picture" or "video".
    std::string format;                            ///< "" for a video that did not decode.
    std::uint32_t width = 0, height = 0;
    std::optional<std::int64_t> duration_ms; ///< Of a video that decoded.
    std::uint64_t size_bytes = 0;
};
/// The first `most` groups that hold something new: most points first, then by id.
[[nodiscard]] Result<void> each_queued(Case& file,
                                       const std::function<Result<void>(const QueuedGroup&)>& take,
                                       std::size_t most = kAllRows);

} // namespace rempart::casefile
