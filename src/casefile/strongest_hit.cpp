// SPDX-License-Identifier: Apache-2.0
#include "casefile/strongest_hit.hpp"

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

namespace rempart::casefile {
namespace {

// By the length of the digest: for MD5 and SHA-1 different files with one digest have been made.
std::size_t weakness(std::string_view algorithm) {
    constexpr std::array<std::string_view, 3> kStrongestFirst{"sha256", "sha1", "md5"};
    return static_cast<std::size_t>(std::ranges::find(kStrongestFirst, algorithm) -
                                    kStrongestFirst.begin());
}

// Names of variants sort as they are meant to: "full" is before "nearest512".
bool is_stronger(const HitRecord& a, const HitRecord& b) {
    const auto key = [](const HitRecord& hit) {
        return std::tuple(hit.distance, weakness(hit.algorithm), std::string_view(hit.variant));
    };
    return key(a) < key(b);
}

} // namespace

StrongestHit::StrongestHit(HitView first) : best_(std::move(first)), last_entry_(best_.entry) {
    best_.algorithms = {best_.hit.algorithm};
    best_.entries = 1;
}

bool StrongestHit::covers(const HitView& next) const {
    const auto key = [](const HitRecord& hit) {
        return std::tie(hit.content, hit.list, hit.match);
    };
    return key(best_.hit) == key(next.hit);
}

void StrongestHit::take(HitView&& next) {
    auto algorithms = std::move(best_.algorithms);
    if (std::ranges::find(algorithms, next.hit.algorithm) == algorithms.end()) {
        algorithms.push_back(next.hit.algorithm);
    }
    const std::uint64_t entries = best_.entries + (next.entry == last_entry_ ? 0 : 1);
    last_entry_ = next.entry;
    auto segments = std::move(best_.hit.segments); // of all entries, each with its own
    segments.insert(segments.end(), next.hit.segments.begin(), next.hit.segments.end());
    if (is_stronger(next.hit, best_.hit)) {
        best_ = std::move(next);
    }
    best_.algorithms = std::move(algorithms);
    best_.entries = entries;
    best_.hit.segments = std::move(segments);
}

HitView StrongestHit::finish() && {
    std::ranges::stable_sort(best_.algorithms, {}, weakness);
    return std::move(best_);
}

std::vector<HitView> strongest_hits(std::vector<HitView> hits) {
    std::vector<HitView> told;
    std::optional<StrongestHit> strongest;
    for (HitView& hit : hits) {
        if (strongest && strongest->covers(hit)) {
            strongest->take(std::move(hit));
            continue;
        }
        if (strongest) {
            told.push_back(std::move(*strongest).finish());
        }
        strongest.emplace(std::move(hit));
    }
    if (strongest) {
        told.push_back(std::move(*strongest).finish());
    }
    return told;
}

} // namespace rempart::casefile
