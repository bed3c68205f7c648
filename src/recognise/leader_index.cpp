// SPDX-License-Identifier: Apache-2.0
#include "recognise/leader_index.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "recognise/codes/code_bands.hpp"
#include "recognise/codes/code_kernel.hpp"

namespace rempart::recognise {
namespace {

// At this radius a search looks up equal values of ten bands only. Most copies are this near, and a
// nearer leader than what it finds there is none.
constexpr int kCheapRadius = static_cast<int>(CodeBands::kFewest) - 1;

template <typename Ask>
Result<void> each_orientation(NearContent content, const Ask& ask) {
    for (const PdqFingerprint& fingerprint : content) {
        if (fingerprint.quality < kMinPdqQuality) {
            continue;
        }
        for (std::size_t k = 0; k < kOrientations; ++k) {
            if (auto asked = ask(fingerprint.hashes[k], static_cast<Orientation>(k)); !asked) {
                return asked;
            }
        }
    }
    return {};
}

// What is preferred to `best` among one level, at most `radius` away.
Result<void> ask_level(const CodeIndex& level, const PdqHash& hash, Orientation orientation,
                       int radius, NearLeader& best, CodeScratch& scratch) {
    std::vector<CodeMatch> matches;
    std::vector<CodeRow> rows;
    if (auto found = level.find_within(hash, radius, matches, scratch); !found) {
        return found;
    }
    for (const auto& [code, distance] : matches) {
        rows.clear();
        if (auto got = level.append_rows(code, rows); !got) {
            return got;
        }
        for (const CodeRow& row : rows) {
            best = std::min(best, NearLeader{static_cast<int>(distance), row.row, orientation});
        }
    }
    return {};
}

} // namespace

void LeaderIndex::add(NearContent leader, std::size_t group) {
    for (const PdqFingerprint& fingerprint : leader) {
        if (fingerprint.quality >= kMinPdqQuality) {
            codes_.push_back(fingerprint.hash());
            groups_.push_back(static_cast<std::uint32_t>(group));
        }
    }
}

Result<void> LeaderIndex::settle() {
    if (codes_.size() < kLatest) {
        return {};
    }
    std::vector<CodeEntry> entries;
    entries.reserve(codes_.size());
    for (std::size_t i = 0; i < codes_.size(); ++i) {
        entries.push_back({.code = codes_[i], .row = {.list = 0, .row = groups_[i]}});
    }
    auto added = levels_.add(entries);
    if (added) {
        codes_.clear();
        groups_.clear();
    }
    return added;
}

Result<NearLeader> LeaderIndex::nearest_settled(NearContent content, int radius,
                                                CodeScratch& scratch) const {
    NearLeader best;
    for (const int within : {std::min(radius, kCheapRadius), radius}) {
        if (best.distance <= kCheapRadius) {
            break;
        }
        const auto ask = [&](const PdqHash& hash, Orientation orientation) {
            Result<void> asked;
            for (const auto& level : levels_.levels()) {
                asked = asked ? ask_level(*level, hash, orientation,
                                          std::min(within, best.distance), best, scratch)
                              : asked;
            }
            return asked;
        };
        if (const auto asked = each_orientation(content, ask); !asked) {
            return fail(asked.error());
        }
    }
    return best;
}

NearLeader LeaderIndex::nearest_latest(NearContent content, int radius, NearLeader best) const {
    std::vector<CodeMatch> matches;
    const auto ask = [&](const PdqHash& hash, Orientation orientation) {
        matches.clear();
        best_code_kernel().scan(
            hash, codes_, static_cast<std::uint32_t>(std::min(radius, best.distance)), 0, matches);
        for (const auto& [code, distance] : matches) {
            best =
                std::min(best, NearLeader{static_cast<int>(distance), groups_[code], orientation});
        }
        return Result<void>();
    };
    (void)each_orientation(content, ask); // looking at each one cannot fail
    return best;
}

} // namespace rempart::recognise
