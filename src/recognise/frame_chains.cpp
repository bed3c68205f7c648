// SPDX-License-Identifier: Apache-2.0
#include "recognise/frame_chains.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <tuple>

namespace rempart::recognise {
namespace {

// In one scale: a pair tells more than how near it is, a second pair with the same frame adds
// little, and a clock that slips by all that is allowed costs less than the pair is worth.
constexpr std::int64_t kPairWorth = 40;
constexpr std::int64_t kSharedWorth = 4;
constexpr std::int64_t kSlipCost = 20; // of kMaxClockSlipMs

struct Step {
    std::int64_t least_ms, most_ms;
};
Step step_of(const FrameSpan& from, const FrameSpan& to) {
    return {to.from_ms - from.to_ms, to.to_ms - from.from_ms};
}

// The pairs that are looked at: of each query frame the nearest ones, by query and entry.
std::vector<FramePair> bounded(std::span<const FramePair> pairs, std::size_t query_frames,
                               const ChainLimits& limits) {
    std::vector<FramePair> all(pairs.begin(), pairs.end());
    std::ranges::sort(all, {}, [](const FramePair& pair) {
        return std::tuple(pair.query, pair.distance, pair.entry, pair.orientation);
    });
    const std::size_t most = std::clamp<std::size_t>(
        limits.pairs / std::max<std::size_t>(query_frames, 1), 4, limits.pairs_a_frame);
    std::vector<FramePair> kept;
    std::size_t of_frame = 0;
    for (std::size_t i = 0; i < all.size(); ++i) {
        of_frame = i > 0 && all[i].query == all[i - 1].query ? of_frame + 1 : 0;
        if (of_frame < most) {
            kept.push_back(all[i]);
        }
    }
    std::ranges::sort(kept, {}, [](const FramePair& pair) {
        return std::tuple(pair.orientation, pair.query, pair.entry);
    });
    return kept;
}

constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();

struct Best {
    std::int64_t score = 0;
    std::size_t before = kNone;
};

} // namespace

bool may_follow(const FramePair& pair, const FramePair& next, std::span<const AlignedFrame> query,
                std::span<const AlignedFrame> entry) {
    if (next.query < pair.query || next.entry < pair.entry ||
        (next.query == pair.query && next.entry == pair.entry)) {
        return false;
    }
    const Step q = step_of(query[pair.query].span, query[next.query].span);
    const Step e = step_of(entry[pair.entry].span, entry[next.entry].span);
    if (q.least_ms > kMaxPairGapMs || e.least_ms > kMaxPairGapMs) {
        return false;
    }
    const auto least = static_cast<double>(std::max<std::int64_t>(q.least_ms, 0));
    const auto most = static_cast<double>(q.most_ms);
    const auto slip = static_cast<double>(kMaxClockSlipMs);
    return static_cast<double>(e.least_ms) <= most * (1 + kMaxSpeedOff) + slip &&
           static_cast<double>(e.most_ms) >= least * (1 - kMaxSpeedOff) - slip;
}

std::int64_t worth_of(const FramePair& pair) {
    return kPairWorth + std::max(0, PdqHash::kMatchDistance - pair.distance);
}

std::int64_t worth_behind(const FramePair& pair, const FramePair& next,
                          std::span<const AlignedFrame> query,
                          std::span<const AlignedFrame> entry) {
    const Step q = step_of(query[pair.query].span, query[next.query].span);
    const Step e = step_of(entry[pair.entry].span, entry[next.entry].span);
    // How far the two ranges of possible steps are apart: 0 where the clocks can have run alike.
    const std::int64_t apart_ms =
        std::max<std::int64_t>({0, q.least_ms - e.most_ms, e.least_ms - q.most_ms});
    const bool shares = next.query == pair.query || next.entry == pair.entry;
    return (shares ? kSharedWorth : worth_of(next)) - kSlipCost * apart_ms / kMaxClockSlipMs;
}

namespace {

// The best chain that ends with each pair, and its pair before.
class Search {
  public:
    Search(std::span<const AlignedFrame> query, std::span<const AlignedFrame> entry,
           const std::vector<FramePair>& pairs, std::size_t look_back)
        : query_(query), entry_(entry), pairs_(pairs), look_back_(look_back), best_(pairs.size()) {}

    std::vector<Best> run() && {
        for (std::size_t i = 0; i < pairs_.size(); ++i) {
            best_[i].score = worth_of(pairs_[i]);
            const std::size_t first = i > look_back_ ? i - look_back_ : 0;
            for (std::size_t k = i; k > first && is_in_reach(k - 1, i); --k) {
                try_behind(k - 1, i);
            }
        }
        return std::move(best_);
    }

  private:
    [[nodiscard]] bool is_in_reach(std::size_t before, std::size_t next) const {
        return pairs_[before].orientation == pairs_[next].orientation &&
               query_[pairs_[next].query].span.from_ms - query_[pairs_[before].query].span.to_ms <=
                   kMaxPairGapMs;
    }
    void try_behind(std::size_t before, std::size_t next) {
        if (!may_follow(pairs_[before], pairs_[next], query_, entry_)) {
            return;
        }
        const std::int64_t score =
            best_[before].score + worth_behind(pairs_[before], pairs_[next], query_, entry_);
        if (score > best_[next].score) {
            best_[next] = {score, before};
        }
    }

    std::span<const AlignedFrame> query_, entry_;
    const std::vector<FramePair>& pairs_;
    std::size_t look_back_;
    std::vector<Best> best_;
};

} // namespace

std::vector<FrameChain> find_chains(std::span<const AlignedFrame> query,
                                    std::span<const AlignedFrame> entry,
                                    std::span<const FramePair> pairs, const ChainLimits& limits) {
    const std::vector<FramePair> all = bounded(pairs, query.size(), limits);
    const std::vector<Best> best = Search(query, entry, all, limits.look_back).run();
    std::vector<std::size_t> ends(all.size());
    std::iota(ends.begin(), ends.end(), std::size_t{0});
    std::ranges::stable_sort(ends, std::greater{}, [&](std::size_t i) { return best[i].score; });
    std::vector<bool> used(all.size());
    std::vector<FrameChain> chains;
    for (const std::size_t end : ends) {
        FrameChain chain;
        std::size_t at = end;
        for (; at != kNone && !used[at]; at = best[at].before) {
            used[at] = true;
            chain.pairs.push_back(all[at]);
        }
        if (chain.pairs.empty()) {
            continue;
        }
        chain.score = best[end].score - (at == kNone ? 0 : best[at].score);
        std::ranges::reverse(chain.pairs);
        chains.push_back(std::move(chain));
    }
    std::ranges::stable_sort(chains, std::greater{}, &FrameChain::score);
    return chains;
}

} // namespace rempart::recognise
