// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Groups of near-duplicate pictures, so that people look at one of each.
///
/// Contents come in an order that the caller chooses. Each one joins the nearest leader within the
/// radius, or becomes a leader. So every member is near its group's leader itself: a chain of small
/// changes ends where it leaves the leader's radius, and whoever looked at the leader looked at
/// something within the radius of all. What comes later never moves what came before: a group that
/// somebody has seen keeps its leader and its members, and can only grow. Groups are a function of
/// the order alone: not of threads, nor of how the contents were cut into calls.
///
/// Leader clustering (Hartigan, "Clustering Algorithms", 1975, chapter 3), with the nearest leader
/// instead of the first one, found by the exact index. docs/adr/0011 says why.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "rempart/core/result.hpp"
#include "rempart/recognise/pdq.hpp"

namespace rempart::recognise {

/// The fingerprints of one content: its variants, pages or frames. Those whose quality is below
/// kMinPdqQuality do not count; a content without any other is alone in its group, always.
using NearContent = std::span<const PdqFingerprint>;

/// Where a content belongs.
struct GroupPlace {
    std::size_t group = 0; ///< Groups count from 0 in the order of their leaders.
    bool is_leader = false;
    int distance = 0; ///< From the leader, 0..radius.
    /// How the content, turned, comes to look like its leader.
    Orientation orientation{};
    friend bool operator==(const GroupPlace&, const GroupPlace&) = default;
};

/// The distance of a content from a leader is the smallest between any fingerprint of the content
/// in any orientation and any of the leader's as it is. Of leaders at the same distance the earlier
/// one is taken; of orientations the first.
///
/// Not for sharing between threads. Memory: about 150 bytes a leader's fingerprint.
class NearGrouper {
  public:
    struct Options {
        int radius = PdqHash::kMatchDistance; ///< 0..31
        unsigned threads = 1;                 ///< 0 counts as 1.
    };
    NearGrouper();
    explicit NearGrouper(Options options);
    NearGrouper(NearGrouper&&) noexcept;
    NearGrouper& operator=(NearGrouper&&) noexcept;
    ~NearGrouper();

    /// Takes over leaders that were found before, in their order, without looking: they are the
    /// next groups. \return `limit_exceeded` beyond 2^32 - 2 fingerprints; `io` (no memory to map).
    [[nodiscard]] Result<void> add_leaders(std::span<const NearContent> leaders);

    /// The place of each content, in the order in which they come. \return as add_leaders.
    [[nodiscard]] Result<std::vector<GroupPlace>> add(std::span<const NearContent> contents);

    [[nodiscard]] std::size_t group_count() const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

/// The group of each of these contents, one fingerprint each: the index of its leader, which is the
/// smallest of its group.
[[nodiscard]] std::vector<std::size_t> near_groups(std::span<const PdqFingerprint> fingerprints,
                                                   int radius = PdqHash::kMatchDistance,
                                                   unsigned threads = 1);

} // namespace rempart::recognise
