// SPDX-License-Identifier: Apache-2.0
// The search for chains against its plain definition: the best of all chains there are.
#include "recognise/frame_chains.hpp"

#include <algorithm>
#include <functional>

#include <gtest/gtest.h>

#include "recognise/videos.hpp"

namespace rempart::recognise {
namespace {

// Every chain there is, by trying each pair behind each other: no order of search, no bounds.
std::int64_t best_of_all(std::span<const AlignedFrame> query, std::span<const AlignedFrame> entry,
                         const std::vector<FramePair>& pairs) {
    std::int64_t best = 0;
    const std::function<void(const FramePair&, std::int64_t)> extend = [&](const FramePair& last,
                                                                           std::int64_t score) {
        best = std::max(best, score);
        for (const FramePair& next : pairs) {
            if (next.orientation == last.orientation && may_follow(last, next, query, entry)) {
                extend(next, score + worth_behind(last, next, query, entry));
            }
        }
    };
    for (const FramePair& first : pairs) {
        extend(first, worth_of(first));
    }
    return best;
}

TEST(FrameChains, TheFirstIsTheBestOfAllThereAre) {
    std::mt19937_64 rng(11);
    for (int round = 0; round < 300; ++round) {
        std::vector<AlignedFrame> query, entry;
        for (auto* frames : {&query, &entry}) {
            std::int64_t at = 0;
            for (int i = 0; i < 6; ++i) {
                const auto length = static_cast<std::int64_t>(rng() % 3 == 0 ? rng() % 4'000 : 0);
                frames->push_back({.span = {at, at + length}, .hash = {}});
                at += length + static_cast<std::int64_t>(rng() % (round % 5 == 0 ? 40'000 : 3'000));
            }
        }
        std::vector<FramePair> pairs;
        for (std::uint32_t q = 0; q < 6; ++q) {
            for (std::uint32_t e = 0; e < 6; ++e) {
                if (rng() % 3 == 0) {
                    pairs.push_back({.query = q,
                                     .entry = e,
                                     .distance = static_cast<int>(rng() % 16) * 2,
                                     .orientation = static_cast<Orientation>(rng() % 2)});
                }
            }
        }
        const auto chains = find_chains(query, entry, pairs);
        ASSERT_EQ(chains.empty(), pairs.empty());
        if (pairs.empty()) {
            continue;
        }
        EXPECT_EQ(chains.front().score, best_of_all(query, entry, pairs)) << round;
        std::size_t used = 0;
        for (const FrameChain& chain : chains) {
            used += chain.pairs.size();
            for (std::size_t i = 1; i < chain.pairs.size(); ++i) {
                EXPECT_TRUE(may_follow(chain.pairs[i - 1], chain.pairs[i], query, entry));
            }
        }
        EXPECT_EQ(used, pairs.size()) << "each pair stands in one chain";
    }
}

TEST(FrameChains, OfTooManyPairsTheNearestOfEachFrameCount) {
    std::vector<AlignedFrame> query(3), entry(50);
    for (std::size_t i = 0; i < entry.size(); ++i) {
        entry[i].span.from_ms = entry[i].span.to_ms = static_cast<std::int64_t>(i) * 60'000;
    }
    for (std::size_t i = 0; i < query.size(); ++i) {
        query[i].span = entry[i].span;
    }
    std::vector<FramePair> pairs;
    for (std::uint32_t q = 0; q < 3; ++q) {
        for (std::uint32_t e = 0; e < 50; ++e) {
            pairs.push_back({.query = q, .entry = e, .distance = e == 20 + q ? 0 : 30});
        }
    }
    const auto chains = find_chains(query, entry, pairs, {.pairs_a_frame = 4});
    std::size_t kept = 0, near = 0;
    for (const FrameChain& chain : chains) {
        kept += chain.pairs.size();
        near += static_cast<std::size_t>(std::ranges::count(chain.pairs, 0, &FramePair::distance));
    }
    EXPECT_EQ(kept, 12U);
    EXPECT_EQ(near, 3U);
}

} // namespace
} // namespace rempart::recognise
