// SPDX-License-Identifier: Apache-2.0
#include "pipeline/grouping.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <utility>

#include "rempart/pipeline/matching.hpp"
#include "rempart/pipeline/queue.hpp"
#include "rempart/recognise/near_groups.hpp"
#include "rempart/recognise/video_groups.hpp"

namespace rempart::pipeline {
namespace {

using casefile::ContentToGroup;
using casefile::GroupPlaceRecord;
using casefile::RowId;
using recognise::PdqFingerprint;

// What stands for a picture: all of it, and what is within its bars. Not a frame or page behind the
// first, which nobody sees who looks at the picture; not how other programs scale it, since all
// contents of a case are hashed by this one (docs/adr/0011).
constexpr std::array<std::string_view, 4> kVariants{"full", "full-on-black", "trimmed",
                                                    "uncaptioned"};

// Our choice: some 10 MiB of fingerprints, and enough for every thread.
constexpr std::size_t kBlock = 8'192;

constexpr std::size_t kHashBytes = 32;

recognise::PdqHash hash_at(const Bytes& bytes, std::size_t i) {
    return recognise::PdqHash::from_bytes(
        std::span(bytes).subspan(i * kHashBytes).first<kHashBytes>());
}

/// All orientations, or the first alone where only that was read.
std::optional<PdqFingerprint> fingerprint_of(const Bytes& orientations, int quality) {
    PdqFingerprint print;
    print.quality = quality;
    const std::size_t count = orientations.size() / kHashBytes;
    if (orientations.size() % kHashBytes != 0 ||
        (count != 1 && count != recognise::kOrientations)) {
        return std::nullopt;
    }
    for (std::size_t i = 0; i < count; ++i) {
        print.hashes[i] = hash_at(orientations, i);
    }
    return print;
}

using Prints = std::unordered_map<RowId, std::vector<PdqFingerprint>>;      // looked up only
using Looks = std::unordered_map<RowId, std::vector<recognise::VideoLook>>; // looked up only

class Grouping {
  public:
    Grouping(casefile::Case& file, unsigned threads)
        : file_(file), near_({.radius = recognise::PdqHash::kMatchDistance, .threads = threads}) {}

    Result<void> take_leaders(std::span<const ContentToGroup> leaders, bool with_videos);
    Result<void> place(std::span<const ContentToGroup> contents);
    [[nodiscard]] std::vector<GroupPlaceRecord> take() { return std::move(placed_); }

  private:
    Result<Prints> prints_of(std::span<const ContentToGroup> pictures, bool as_it_is_only);
    Result<Looks> looks_of(std::span<const ContentToGroup> videos, bool as_it_is_only);
    Result<void> take_videos(std::span<const ContentToGroup> videos, bool for_videos);
    Result<void> take_pictures(std::span<const ContentToGroup> pictures);
    Result<void> place_videos(std::span<const ContentToGroup> videos);
    Result<void> place_pictures(std::span<const ContentToGroup> pictures);
    Result<void> place_video(const ContentToGroup& video,
                             std::span<const recognise::VideoLook> looks);
    Result<void> lead_with(RowId video, std::span<const recognise::VideoLook> looks,
                           bool for_videos);
    void note(const ContentToGroup& content, RowId leader, int distance,
              recognise::Orientation orientation) {
        placed_.push_back({.content = content.content,
                           .leader = leader,
                           .exhibit = content.key.exhibit,
                           .distance = distance,
                           .orientation = std::string(name(orientation))});
    }

    casefile::Case& file_;
    recognise::NearGrouper near_;  ///< Of pictures, and of pictures with videos.
    recognise::VideoGrouper copy_; ///< Of videos.
    std::vector<RowId> leaders_;   ///< By near_'s number of their group.
    std::vector<RowId> videos_;    ///< By copy_'s number of the leader.
    std::vector<GroupPlaceRecord> placed_;
};

std::vector<RowId> ids_of(std::span<const ContentToGroup> contents) {
    std::vector<RowId> ids;
    ids.reserve(contents.size());
    std::ranges::transform(contents, std::back_inserter(ids), &ContentToGroup::content);
    return ids;
}

Result<Prints> Grouping::prints_of(std::span<const ContentToGroup> pictures, bool as_it_is_only) {
    Prints prints;
    const casefile::PrintChoice choice{.algorithm = "pdq",
                                       .variants = kVariants,
                                       .least_quality = recognise::kMinPdqQuality,
                                       .as_it_is_only = as_it_is_only};
    auto read = casefile::each_print(
        file_, ids_of(pictures), choice,
        [&](RowId content, casefile::FingerprintRecord&& row) -> Result<void> {
            const auto print = fingerprint_of(row.orientations, row.quality);
            if (!print) {
                return fail(Errc::integrity, "a stored fingerprint is not valid");
            }
            prints[content].push_back(*print);
            return {};
        });
    return read ? Result<Prints>(std::move(prints)) : fail(std::move(read).error());
}

Result<Looks> Grouping::looks_of(std::span<const ContentToGroup> videos, bool as_it_is_only) {
    Looks looks;
    auto read = casefile::each_frame(
        file_, ids_of(videos), as_it_is_only,
        [&](RowId content, casefile::VideoFrameRecord&& row) -> Result<void> {
            const auto print = fingerprint_of(row.orientations, row.quality);
            if (!print) {
                return fail(Errc::integrity, "a stored frame of a video is not valid");
            }
            looks[content].push_back({.span = {row.from_ms, row.to_ms}, .fingerprint = *print});
            return {};
        });
    return read ? Result<Looks>(std::move(looks)) : fail(std::move(read).error());
}

// A run of pictures or of videos, at most `most` of them.
std::span<const ContentToGroup> next_run(std::span<const ContentToGroup> contents,
                                         std::size_t most) {
    std::size_t end = 0;
    while (end < contents.size() && end < most &&
           contents[end].has_frames() == contents.front().has_frames()) {
        ++end;
    }
    return contents.first(end);
}

// Our choice: of videos fewer, since each may have 40,000 frames.
constexpr std::size_t kVideosAtOnce = 16;

std::size_t most_at_once(const ContentToGroup& first) {
    return first.has_frames() ? kVideosAtOnce : kBlock;
}

Result<void> Grouping::lead_with(RowId video, std::span<const recognise::VideoLook> looks,
                                 bool for_videos) {
    std::vector<PdqFingerprint> prints;
    prints.reserve(looks.size());
    std::ranges::transform(looks, std::back_inserter(prints), &recognise::VideoLook::fingerprint);
    const recognise::NearContent content(prints);
    leaders_.push_back(video);
    auto added = near_.add_leaders(std::span(&content, 1));
    if (added && for_videos) {
        videos_.push_back(video);
        added = copy_.add_leader(looks);
    }
    return added;
}

std::span<const recognise::VideoLook> looks_in(const Looks& looks, RowId video) {
    const auto found = looks.find(video);
    return found == looks.end() ? std::span<const recognise::VideoLook>()
                                : std::span(found->second);
}

std::vector<recognise::NearContent> contents_of(const Prints& prints,
                                                std::span<const ContentToGroup> pictures) {
    std::vector<recognise::NearContent> contents;
    contents.reserve(pictures.size());
    for (const ContentToGroup& picture : pictures) {
        const auto found = prints.find(picture.content);
        contents.push_back(found == prints.end() ? recognise::NearContent()
                                                 : recognise::NearContent(found->second));
    }
    return contents;
}

Result<void> Grouping::take_videos(std::span<const ContentToGroup> videos, bool for_videos) {
    const auto looks = looks_of(videos, true);
    if (!looks) {
        return fail(looks.error());
    }
    Result<void> added;
    for (const ContentToGroup& video : videos) {
        added =
            added ? lead_with(video.content, looks_in(*looks, video.content), for_videos) : added;
    }
    return added;
}

Result<void> Grouping::take_pictures(std::span<const ContentToGroup> pictures) {
    const auto prints = prints_of(pictures, true);
    if (!prints) {
        return fail(prints.error());
    }
    for (const ContentToGroup& picture : pictures) {
        leaders_.push_back(picture.content);
    }
    return near_.add_leaders(contents_of(*prints, pictures));
}

Result<void> Grouping::take_leaders(std::span<const ContentToGroup> leaders, bool with_videos) {
    Result<void> taken;
    while (taken && !leaders.empty()) {
        const auto run = next_run(leaders, most_at_once(leaders.front()));
        leaders = leaders.subspan(run.size());
        taken = run.front().has_frames() ? take_videos(run, with_videos) : take_pictures(run);
    }
    return taken;
}

Result<void> Grouping::place_pictures(std::span<const ContentToGroup> pictures) {
    const auto prints = prints_of(pictures, false);
    if (!prints) {
        return fail(prints.error());
    }
    const auto places = near_.add(contents_of(*prints, pictures));
    if (!places) {
        return fail(places.error());
    }
    for (std::size_t i = 0; i < pictures.size(); ++i) {
        const recognise::GroupPlace& place = (*places)[i];
        if (place.is_leader) {
            leaders_.push_back(pictures[i].content);
        }
        note(pictures[i], leaders_[place.group], place.distance, place.orientation);
    }
    return {};
}

Result<void> Grouping::place_video(const ContentToGroup& video,
                                   std::span<const recognise::VideoLook> looks) {
    const auto found = copy_.find(looks);
    if (!found) {
        return fail(found.error());
    }
    if (*found) {
        note(video, videos_[(*found)->leader], (*found)->distance, (*found)->orientation);
        return {};
    }
    note(video, video.content, 0, recognise::Orientation{});
    return lead_with(video.content, looks, true);
}

Result<void> Grouping::place_videos(std::span<const ContentToGroup> videos) {
    const auto looks = looks_of(videos, false);
    if (!looks) {
        return fail(looks.error());
    }
    Result<void> placed;
    for (const ContentToGroup& video : videos) {
        placed = placed ? place_video(video, looks_in(*looks, video.content)) : placed;
    }
    return placed;
}

Result<void> Grouping::place(std::span<const ContentToGroup> contents) {
    Result<void> placed;
    while (placed && !contents.empty()) {
        const auto run = next_run(contents, most_at_once(contents.front()));
        contents = contents.subspan(run.size());
        placed = run.front().has_frames() ? place_videos(run) : place_pictures(run);
    }
    return placed;
}

} // namespace

Result<std::vector<GroupPlaceRecord>>
group_contents(casefile::Case& file, const casefile::GroupingPlan& plan, unsigned threads) {
    Grouping grouping(file, threads);
    if (plan.contents.empty()) {
        return grouping.take();
    }
    const bool with_videos = std::ranges::any_of(plan.contents, &ContentToGroup::has_frames);
    auto done = grouping.take_leaders(plan.leaders, with_videos);
    if (done) {
        done = grouping.place(plan.contents);
    }
    return done ? Result<std::vector<GroupPlaceRecord>>(grouping.take())
                : fail(std::move(done).error());
}

namespace {

using casefile::GroupChanged;

/// Plans, groups and stores until nobody else changed the groups meanwhile: what is long is done
/// while others write.
template <typename Store>
Result<GroupChanged> change_until_fresh(casefile::Case& file, std::optional<RowId> finished,
                                        unsigned threads, const Store& store) {
    const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
    for (;;) {
        const auto plan = casefile::plan_grouping(file, finished, kGroupingRule);
        if (!plan) {
            return fail(plan.error());
        }
        const auto placed = group_contents(file, *plan, threads > 0 ? threads : cores);
        if (!placed) {
            return fail(placed.error());
        }
        const auto changed = store(casefile::GroupChange{.generation = plan->generation,
                                                         .rule = kGroupingRule,
                                                         .anew = plan->anew,
                                                         .placed = *placed,
                                                         .finished = finished,
                                                         .all = false});
        if (!changed || *changed) {
            return changed ? Result<GroupChanged>(**changed) : fail(changed.error());
        }
    }
}

} // namespace

Result<GroupChanged> finish_exhibit(casefile::Case& file, const casefile::Job& job,
                                    unsigned threads) {
    return change_until_fresh(file, job.exhibit, threads, [&](const casefile::GroupChange& change) {
        return casefile::finish_exhibit(file, job, change, judge_group);
    });
}

Result<GroupChanged> update_queue(casefile::Case& file, unsigned threads, Judging judging) {
    return change_until_fresh(file, std::nullopt, threads, [&](casefile::GroupChange change) {
        change.all = judging == Judging::all;
        return casefile::change_groups(file, change, judge_group);
    });
}

} // namespace rempart::pipeline
