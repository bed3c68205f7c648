// SPDX-License-Identifier: Apache-2.0
#include "examine/evidence_reader/damage_map.hpp"

#include <algorithm>

namespace rempart::examine {
namespace {

std::uint64_t end_of(const UnreadRange& range) {
    return range.offset_bytes + range.size_bytes;
}

} // namespace

void DamageMap::add(UnreadRange range) {
    if (range.size_bytes == 0) {
        return;
    }
    // The first that ends at or behind the beginning of `range`: all that touch it follow.
    const auto first = std::ranges::partition_point(
        ranges_, [&](const UnreadRange& known) { return end_of(known) < range.offset_bytes; });
    auto last = first;
    std::uint64_t end = end_of(range);
    while (last != ranges_.end() && last->offset_bytes <= end) {
        range.offset_bytes = std::min(range.offset_bytes, last->offset_bytes);
        end = std::max(end, end_of(*last));
        ++last;
    }
    range.size_bytes = end - range.offset_bytes;
    ranges_.insert(ranges_.erase(first, last), range);
}

std::vector<UnreadRange> DamageMap::inside(UnreadRange within) const {
    std::vector<UnreadRange> found;
    auto next = std::ranges::partition_point(
        ranges_, [&](const UnreadRange& known) { return end_of(known) <= within.offset_bytes; });
    for (; next != ranges_.end() && next->offset_bytes < end_of(within); ++next) {
        const std::uint64_t from = std::max(next->offset_bytes, within.offset_bytes);
        const std::uint64_t to = std::min(end_of(*next), end_of(within));
        found.push_back({from, to - from});
    }
    return found;
}

std::uint64_t total_bytes(const std::vector<UnreadRange>& ranges) {
    std::uint64_t sum = 0;
    for (const UnreadRange& range : ranges) {
        sum += range.size_bytes;
    }
    return sum;
}

} // namespace rempart::examine
