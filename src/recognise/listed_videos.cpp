// SPDX-License-Identifier: Apache-2.0
#include "rempart/recognise/listed_videos.hpp"

#include <algorithm>
#include <cassert>
#include <map>
#include <set>
#include <utility>

namespace rempart::recognise {
namespace {

// A frame that is near to frames of more listed videos than this is a logo, a title or a test card:
// our choice.
constexpr std::size_t kCommonVideos = 8;
// Of one query frame and one video: more pairs than `align` looks at are not kept.
constexpr std::size_t kPairsAFrame = 32;

bool is_nearer(const NearHit& a, const NearHit& b) {
    return std::tie(a.distance, a.query, a.orientation, a.entry_row) <
           std::tie(b.distance, b.query, b.orientation, b.entry_row);
}

// How much of the query is in the listed video.
std::int64_t shared_ms(const TimedHit& hit) {
    std::int64_t sum = 0;
    for (const HitSegment& segment : hit.segments) {
        sum += segment.query ? segment.query->to_ms - segment.query->from_ms : 0;
    }
    return sum;
}

bool shares_more(const TimedHit& a, const TimedHit& b) {
    return shared_ms(a) > shared_ms(b);
}

bool lies_nearer(const TimedHit& a, const TimedHit& b) {
    return is_nearer(a.hit, b.hit);
}

template <typename Key, typename IsBetter>
void keep_better(std::map<Key, TimedHit>& all, const Key& key, std::optional<TimedHit>&& hit,
                 IsBetter is_better) {
    if (!hit) {
        return;
    }
    const auto kept = all.find(key);
    if (kept == all.end()) {
        all.emplace(key, std::move(*hit));
    } else if (is_better(*hit, kept->second)) {
        kept->second = std::move(*hit);
    }
}

} // namespace

bool ListedVideos::add(std::uint32_t list, std::uint64_t entry, std::int64_t row,
                       const PdqHash& hash, FrameSpan span) {
    assert(places_.empty() || row > places_.back().row);
    if (videos_.empty() || videos_.back().list != list || videos_.back().entry != entry) {
        videos_.push_back({.list = list, .entry = entry, .frames = {}, .rows = {}});
    }
    Video& video = videos_.back();
    if (!video.frames.empty()) {
        AlignedFrame& run = video.frames.back();
        span.from_ms = std::max(span.from_ms, run.span.from_ms); // by time, whatever the list says
        span.to_ms = std::max(span.to_ms, span.from_ms);
        if (span.from_ms - run.span.to_ms <= kRunGapMs &&
            hamming_distance(run.hash, hash) <= kRunBits) {
            run.span.to_ms = std::max(run.span.to_ms, span.to_ms);
            return false;
        }
    }
    places_.push_back({.row = row,
                       .video = static_cast<std::uint32_t>(videos_.size() - 1),
                       .frame = static_cast<std::uint32_t>(video.frames.size())});
    video.frames.push_back({.span = span, .hash = hash, .is_common = false});
    video.rows.push_back(row);
    return true;
}

const ListedVideos::Place* ListedVideos::place_of(std::int64_t row) const {
    const auto found = std::ranges::lower_bound(places_, row, {}, &Place::row);
    return found == places_.end() || found->row != row ? nullptr : &*found;
}

struct ListedVideos::Found {
    std::vector<AlignedFrame> query;
    std::uint32_t variant = 0;                             ///< Of kVideoVariants.
    std::map<std::uint32_t, std::vector<FramePair>> pairs; ///< By video.
    std::map<std::pair<std::uint32_t, std::int64_t>, TimedHit> pictures;

    void take_picture(NearHit hit, const FrameSpan& span) {
        hit.query = variant;
        const auto [kept, is_new] = pictures.try_emplace({hit.list, hit.entry_row});
        if (is_new || is_nearer(hit, kept->second.hit)) {
            kept->second = {hit, {{.query = span, .entry = std::nullopt}}};
        }
    }
};

// What one frame is near to: pairs for the alignment, and pictures as they are.
void ListedVideos::take(const VideoLook& look, std::vector<NearHit>&& hits, Found& found) const {
    std::ranges::sort(hits, is_nearer);
    const auto frame = static_cast<std::uint32_t>(found.query.size());
    std::map<std::uint32_t, std::size_t> of_video;
    for (const NearHit& hit : hits) {
        if (const Place* place = place_of(hit.entry_row)) {
            if (of_video[place->video]++ < kPairsAFrame) {
                found.pairs[place->video].push_back({.query = frame,
                                                     .entry = place->frame,
                                                     .distance = hit.distance,
                                                     .orientation = hit.orientation});
            }
            continue;
        }
        found.take_picture(hit, look.span);
    }
    found.query.push_back({.span = look.span,
                           .hash = look.fingerprint.hash(),
                           .is_common = of_video.size() > kCommonVideos});
}

std::optional<TimedHit> ListedVideos::hit_of(std::uint32_t number, const Found& found) const {
    const Video& video = videos_[number];
    const auto segments = align(found.query, video.frames, found.pairs.at(number));
    if (segments.empty()) {
        return std::nullopt;
    }
    const auto best = std::ranges::min_element(segments, {}, &AlignedSegment::distance);
    TimedHit hit{.hit = {.list = video.list,
                         .entry_row = video.rows[best->best_entry],
                         .distance = best->distance,
                         .query = found.variant,
                         .orientation = best->orientation},
                 .segments = {}};
    hit.segments.reserve(segments.size());
    for (const AlignedSegment& segment : segments) {
        hit.segments.push_back({.query = segment.query, .entry = segment.entry});
    }
    return hit;
}

Result<std::vector<TimedHit>> ListedVideos::find(const KnownSet& known,
                                                 std::span<const VideoLook> looks) const {
    std::array<Found, kVideoVariants.size()> found;
    found[1].variant = 1;
    for (const VideoLook& look : looks) {
        if (look.fingerprint.quality < kMinPdqQuality) {
            continue;
        }
        auto near = known.find_near(std::span(&look.fingerprint, 1));
        if (!near) {
            return fail(std::move(near).error());
        }
        take(look, std::move(*near), found[look.is_trimmed]);
    }
    std::map<std::uint32_t, TimedHit> videos;
    for (const Found& of : found) {
        for (const auto& [number, pairs] : of.pairs) {
            keep_better(videos, number, hit_of(number, of), shares_more);
        }
    }
    auto& pictures = found[0].pictures;
    for (auto& [key, hit] : found[1].pictures) {
        keep_better(pictures, key, std::move(hit), lies_nearer);
    }
    std::vector<TimedHit> hits;
    hits.reserve(pictures.size() + videos.size());
    for (auto& [key, hit] : pictures) {
        hits.push_back(std::move(hit));
    }
    for (auto& [number, hit] : videos) {
        hits.push_back(std::move(hit));
    }
    std::ranges::sort(hits);
    return hits;
}

std::vector<TimedHit> ListedVideos::of_picture(std::span<const NearHit> hits) const {
    std::vector<TimedHit> found;
    std::map<std::uint32_t, TimedHit> nearest; // by video
    for (const NearHit& hit : hits) {
        const Place* place = place_of(hit.entry_row);
        if (place == nullptr) {
            found.push_back({hit, {}});
            continue;
        }
        const auto [kept, is_new] = nearest.try_emplace(place->video);
        if (is_new || is_nearer(hit, kept->second.hit)) {
            const FrameSpan& span = videos_[place->video].frames[place->frame].span;
            kept->second = {hit, {{.query = std::nullopt, .entry = span}}};
        }
    }
    for (auto& [number, hit] : nearest) {
        found.push_back(std::move(hit));
    }
    std::ranges::sort(found);
    return found;
}

} // namespace rempart::recognise
