// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The way back to the pictures of a part that its first pass left aside: through the sources that
/// hold them, and no others.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <vector>

#include "rempart/casefile/case.hpp"
#include "rempart/casefile/evidence.hpp"
#include "rempart/examine/ordinals.hpp"

namespace rempart::pipeline {

using ContentDigest = std::array<std::byte, 32>; ///< SHA-256.

/// An item to be met again: a picture, or an archive with something to be met again in it.
struct WantedItem {
    std::uint64_t ordinal = 0; ///< In its source.
    std::uint64_t seq = 0;
    std::optional<ContentDigest> sha256; ///< Of a picture.
    std::vector<WantedItem> members;     ///< Of an archive, by ordinal.
    /// Some of its members had errors, so that what lies between the wanted ones is read too: a
    /// walk that passes over it might number the rest differently.
    bool must_read_all = false;

    /// The seq of the last picture in it, its own if it is one.
    [[nodiscard]] std::uint64_t last_seq() const;
    /// Of its members, for examine::WalkStart; empty if all are to be read.
    [[nodiscard]] std::vector<examine::OrdinalRun> runs() const;
};

struct LeftAside {
    WantedItem exhibit; ///< Stands for the exhibit's own source: its members are items of the part.
    std::size_t pictures = 0;
};

/// Builds it from the places of a part as they come, in the order of seq.
class LeftAsideBuilder {
  public:
    struct Setup {
        std::uint64_t first_ordinal = 0; ///< Of the part.
        /// Pictures at most: what the tree may hold in memory is bounded, another round brings the
        /// rest.
        std::size_t most = 0;
        /// Whether the exhibit's own walk tells problems that depend on what it reads.
        bool problems_depend_on_reading = false;
    };
    explicit LeftAsideBuilder(const Setup& setup) : setup_(setup) {
        open_.emplace_back().next_ordinal = setup.first_ordinal;
    }
    void add(const casefile::PlaceRecord& place);
    [[nodiscard]] LeftAside finish() &&;

  private:
    struct Open {
        WantedItem item;
        std::uint64_t next_ordinal = 0; ///< Of its next member.
    };
    void close_last();
    [[nodiscard]] bool is_fault(const casefile::PlaceRecord& place) const;

    Setup setup_;
    std::vector<Open> open_; ///< The exhibit, and the items down to the last one.
    std::set<ContentDigest> taken_;
};

/// What of a part is left aside at this moment, each content at the first of its places.
[[nodiscard]] Result<LeftAside> left_aside(casefile::Case& file, casefile::RowId exhibit,
                                           std::uint64_t part,
                                           const LeftAsideBuilder::Setup& setup);

} // namespace rempart::pipeline
