// SPDX-License-Identifier: Apache-2.0
#include "rempart/recognise/video_groups.hpp"

#include <algorithm>
#include <cassert>
#include <limits>
#include <map>
#include <unordered_map>

#include "recognise/codes/code_kernel.hpp"
#include "recognise/codes/code_levels.hpp"
#include "recognise/frame_time.hpp"
#include "recognise/leader_index.hpp"

namespace rempart::recognise {
namespace {

// As for listed videos (listed_videos.cpp): a frame of more videos than this is a logo, a title or
// a test card; of one frame and one video align looks at so many pairs.
constexpr std::size_t kCommonVideos = 8;
constexpr std::size_t kPairsAFrame = 32;

struct Place {
    std::uint32_t video = 0, frame = 0;
};

} // namespace

struct VideoGrouper::State {
    /// Of one frame: the nearest orientation for each frame of a leader within the radius.
    using Near = std::map<std::uint32_t, std::pair<int, Orientation>>; // by its number
    /// Pairs with each leader, by its number: walked, so in order.
    using Pairs = std::map<std::uint32_t, std::vector<FramePair>>;

    [[nodiscard]] Result<void> settle();
    [[nodiscard]] Result<Near> near(const PdqFingerprint& print, CodeScratch& scratch) const;
    [[nodiscard]] Result<Pairs> pairs_of(std::span<const VideoLook> looks,
                                         std::vector<AlignedFrame>& query) const;

    int radius = 0;
    std::vector<std::vector<AlignedFrame>> videos;
    std::vector<Place> places; ///< Of each frame, by its number.
    CodeLevels levels;         ///< Rows are numbers of frames; below, the latest ones.
    std::vector<PdqHash> latest;
};

VideoGrouper::VideoGrouper(int radius) : state_(std::make_unique<State>()) {
    assert(radius >= 0 && radius <= CodeIndex::kMaxBandedRadius);
    state_->radius = radius;
}
VideoGrouper::VideoGrouper(VideoGrouper&&) noexcept = default;
VideoGrouper& VideoGrouper::operator=(VideoGrouper&&) noexcept = default;
VideoGrouper::~VideoGrouper() = default;

Result<void> VideoGrouper::State::settle() {
    if (latest.size() < LeaderIndex::kLatest) {
        return {};
    }
    const auto first = static_cast<std::uint32_t>(places.size() - latest.size());
    std::vector<CodeEntry> entries;
    entries.reserve(latest.size());
    for (std::uint32_t i = 0; i < latest.size(); ++i) {
        entries.push_back({.code = latest[i], .row = {.list = 0, .row = first + i}});
    }
    auto added = levels.add(entries);
    if (added) {
        latest.clear();
    }
    return added;
}

Result<void> VideoGrouper::add_leader(std::span<const VideoLook> looks) {
    State& state = *state_;
    if (state.places.size() + looks.size() >= std::numeric_limits<std::uint32_t>::max() - 1) {
        return fail(Errc::limit_exceeded, "more frames of leaders than can be numbered");
    }
    const auto number = static_cast<std::uint32_t>(state.videos.size());
    auto& frames = state.videos.emplace_back();
    for (const VideoLook& look : looks) {
        if (look.fingerprint.quality < kMinPdqQuality) {
            continue;
        }
        state.places.push_back({number, static_cast<std::uint32_t>(frames.size())});
        state.latest.push_back(look.fingerprint.hash());
        frames.push_back({.span = look.span, .hash = look.fingerprint.hash(), .is_common = false});
    }
    return state.settle();
}

Result<VideoGrouper::State::Near> VideoGrouper::State::near(const PdqFingerprint& print,
                                                            CodeScratch& scratch) const {
    Near found;
    const auto take = [&](std::uint32_t frame, std::uint32_t distance, Orientation orientation) {
        const std::pair nearer(static_cast<int>(distance), orientation);
        const auto [kept, is_new] = found.try_emplace(frame, nearer);
        kept->second = is_new ? nearer : std::min(kept->second, nearer);
    };
    std::vector<CodeMatch> matches;
    std::vector<CodeRow> rows;
    const auto first = static_cast<std::uint32_t>(places.size() - latest.size());
    for (std::size_t k = 0; k < kOrientations; ++k) {
        const auto orientation = static_cast<Orientation>(k);
        for (const auto& level : levels.levels()) {
            matches.clear();
            auto asked = level->find_within(print.hashes[k], radius, matches, scratch);
            for (const auto& [code, distance] : matches) {
                rows.clear();
                asked = asked ? level->append_rows(code, rows) : asked;
                for (const CodeRow& row : rows) {
                    take(static_cast<std::uint32_t>(row.row), distance, orientation);
                }
            }
            if (!asked) {
                return fail(std::move(asked).error());
            }
        }
        matches.clear();
        best_code_kernel().scan(print.hashes[k], latest, static_cast<std::uint32_t>(radius), 0,
                                matches);
        for (const auto& [code, distance] : matches) {
            take(first + code, distance, orientation);
        }
    }
    return found;
}

Result<VideoGrouper::State::Pairs>
VideoGrouper::State::pairs_of(std::span<const VideoLook> looks,
                              std::vector<AlignedFrame>& query) const {
    Pairs pairs;
    CodeScratch scratch;
    for (const VideoLook& look : looks) {
        if (look.fingerprint.quality < kMinPdqQuality) {
            continue;
        }
        const auto found = near(look.fingerprint, scratch);
        if (!found) {
            return fail(found.error());
        }
        std::vector<std::pair<FramePair, std::uint32_t>> nearest;
        for (const auto& [frame, how] : *found) {
            nearest.emplace_back(FramePair{.query = static_cast<std::uint32_t>(query.size()),
                                           .entry = places[frame].frame,
                                           .distance = how.first,
                                           .orientation = how.second},
                                 places[frame].video);
        }
        std::ranges::stable_sort(nearest, {}, [](const auto& one) { return one.first.distance; });
        std::map<std::uint32_t, std::size_t> of_video;
        for (const auto& [pair, video] : nearest) {
            if (of_video[video]++ < kPairsAFrame) {
                pairs[video].push_back(pair);
            }
        }
        query.push_back({.span = look.span,
                         .hash = look.fingerprint.hash(),
                         .is_common = of_video.size() > kCommonVideos});
    }
    return pairs;
}

Result<std::optional<VideoPlace>> VideoGrouper::find(std::span<const VideoLook> looks) const {
    std::vector<AlignedFrame> query;
    const auto pairs = state_->pairs_of(looks, query);
    if (!pairs) {
        return fail(pairs.error());
    }
    std::int64_t all_ms = 0, most_ms = 0;
    for (std::size_t i = 0; i < looks.size(); ++i) {
        all_ms += time_of(looks, i);
    }
    std::optional<VideoPlace> best;
    for (const auto& [video, with_it] : *pairs) {
        const auto segments = align(query, state_->videos[video], with_it);
        std::int64_t covered_ms = 0;
        for (std::size_t i = 0; i < looks.size(); ++i) {
            const bool covered = std::ranges::any_of(segments, [&](const AlignedSegment& segment) {
                return lies_in(looks[i].span, segment.query);
            });
            covered_ms += covered ? time_of(looks, i) : 0;
        }
        const auto least_ms = kLeastOfVideo * static_cast<double>(all_ms);
        if (segments.empty() || static_cast<double>(covered_ms) < least_ms ||
            covered_ms <= most_ms) {
            continue;
        }
        most_ms = covered_ms;
        const auto nearest = std::ranges::min_element(segments, {}, &AlignedSegment::distance);
        best = VideoPlace{
            .leader = video, .distance = nearest->distance, .orientation = nearest->orientation};
    }
    return best;
}

} // namespace rempart::recognise
