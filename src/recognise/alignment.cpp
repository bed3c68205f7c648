// SPDX-License-Identifier: Apache-2.0
#include "rempart/recognise/alignment.hpp"

#include <algorithm>

#include "recognise/frame_chains.hpp"
#include "recognise/frame_time.hpp"

namespace rempart::recognise {
namespace {

// How much of a video lies within a stretch, and how many of its frames there.
struct Inside {
    double share = 0;
    std::size_t frames = 0;
};
Inside inside(std::span<const AlignedFrame> frames, const FrameSpan& span) {
    std::int64_t all_ms = 0, inside_ms = 0;
    Inside result;
    for (std::size_t i = 0; i < frames.size(); ++i) {
        const std::int64_t ms = time_of(frames, i);
        all_ms += ms;
        if (lies_in(frames[i].span, span)) {
            inside_ms += ms;
            ++result.frames;
        }
    }
    result.share = all_ms == 0 ? 0 : static_cast<double>(inside_ms) / static_cast<double>(all_ms);
    return result;
}

template <typename Frame>
std::size_t count_distinct(const std::vector<FramePair>& pairs, Frame frame) {
    std::vector<std::uint32_t> frames;
    frames.reserve(pairs.size());
    std::ranges::transform(pairs, std::back_inserter(frames), frame);
    std::ranges::sort(frames);
    return static_cast<std::size_t>(std::ranges::unique(frames).begin() - frames.begin());
}

// Up to kManyLooks: more are not asked for.
int count_looks(const FrameChain& chain, std::span<const AlignedFrame> query) {
    std::vector<PdqHash> looks;
    for (const FramePair& pair : chain.pairs) {
        const AlignedFrame& frame = query[pair.query];
        const bool is_new = std::ranges::none_of(looks, [&](const PdqHash& look) {
            return hamming_distance(look, frame.hash) <= PdqHash::kMatchDistance;
        });
        if (is_new && !frame.is_common) {
            looks.push_back(frame.hash);
        }
        if (looks.size() == kManyLooks) {
            break;
        }
    }
    return static_cast<int>(looks.size());
}

AlignedSegment segment_of(const FrameChain& chain, std::span<const AlignedFrame> query,
                          std::span<const AlignedFrame> entry) {
    AlignedSegment segment;
    const FramePair& first = chain.pairs.front();
    const FramePair& last = chain.pairs.back();
    segment.query = {query[first.query].span.from_ms, query[last.query].span.to_ms};
    segment.entry = {entry[first.entry].span.from_ms, entry[last.entry].span.to_ms};
    segment.orientation = first.orientation;
    const auto nearest = std::ranges::min_element(chain.pairs, {}, &FramePair::distance);
    segment.distance = nearest->distance;
    segment.best_entry = nearest->entry;
    segment.matched = static_cast<std::uint32_t>(
        count_distinct(chain.pairs, [](const FramePair& pair) { return pair.query; }));
    return segment;
}

bool counts(const AlignedSegment& segment, const FrameChain& chain,
            std::span<const AlignedFrame> query, std::span<const AlignedFrame> entry) {
    const Inside of_query = inside(query, segment.query);
    const Inside of_entry = inside(entry, segment.entry);
    const auto entry_matched = static_cast<double>(
        count_distinct(chain.pairs, [](const FramePair& pair) { return pair.entry; }));
    const double matched =
        std::max(static_cast<double>(segment.matched) / static_cast<double>(of_query.frames),
                 entry_matched / static_cast<double>(of_entry.frames));
    if (std::max(of_query.share, of_entry.share) >= kWholeVideo &&
        matched >= kLeastMatchedOfWhole) {
        return true;
    }
    const std::int64_t ms = std::min(segment.query.to_ms - segment.query.from_ms,
                                     segment.entry.to_ms - segment.entry.from_ms);
    const int looks = ms < kManyLooksMs ? 0 : count_looks(chain, query);
    return matched >= kLeastMatched &&
           (looks >= kManyLooks || (looks >= kFewLooks && ms >= kFewLooksMs));
}

// More than half of it lies within one that was found before.
bool is_told(const AlignedSegment& segment, std::span<const AlignedSegment> found) {
    return std::ranges::any_of(found, [&](const AlignedSegment& other) {
        const std::int64_t both = std::min(segment.query.to_ms, other.query.to_ms) -
                                  std::max(segment.query.from_ms, other.query.from_ms);
        return both >= 0 && 2 * both >= segment.query.to_ms - segment.query.from_ms;
    });
}

} // namespace

std::vector<AlignedSegment> align(std::span<const AlignedFrame> query,
                                  std::span<const AlignedFrame> entry,
                                  std::span<const FramePair> pairs) {
    std::vector<AlignedSegment> found;
    for (const FrameChain& chain : find_chains(query, entry, pairs)) {
        const AlignedSegment segment = segment_of(chain, query, entry);
        if (!is_told(segment, found) && counts(segment, chain, query, entry)) {
            found.push_back(segment);
        }
    }
    std::ranges::sort(found);
    return found;
}

} // namespace rempart::recognise
