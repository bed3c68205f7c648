// SPDX-License-Identifier: Apache-2.0
#include "rempart/recognise/near_groups.hpp"

#include <algorithm>
#include <atomic>
#include <numeric>
#include <thread>

#include "recognise/near_pairs.hpp"
#include "recognise/pdq_bands.hpp"

namespace rempart::recognise {
namespace {

/// Disjoint sets of 0..n-1, each named by its smallest member: the result does not depend on the
/// order of the unions.
class Sets {
  public:
    explicit Sets(std::size_t count) : parent_(count) {
        std::iota(parent_.begin(), parent_.end(), std::size_t{0});
    }

    std::size_t find(std::size_t i) {
        while (parent_[i] != i) {
            parent_[i] = parent_[parent_[i]];
            i = parent_[i];
        }
        return i;
    }

    void unite(std::size_t a, std::size_t b) {
        a = find(a);
        b = find(b);
        parent_[std::max(a, b)] = std::min(a, b);
    }

  private:
    std::vector<std::size_t> parent_; ///< Never larger than the member itself.
};

/// The pictures that take part, reduced to those that differ.
struct Distinct {
    std::vector<PdqHash> hashes;        ///< Different hashes of the pictures as they are.
    std::vector<std::size_t> of_hash;   ///< A picture that has it.
    std::vector<std::size_t> questions; ///< Pictures that differ in any orientation's hash.
};

// Unites pictures with equal hashes on the way.
Distinct reduce(std::span<const PdqFingerprint> fingerprints, Sets& sets) {
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < fingerprints.size(); ++i) {
        if (fingerprints[i].quality >= kMinPdqQuality) {
            order.push_back(i);
        }
    }
    std::ranges::sort(order, [&](std::size_t a, std::size_t b) {
        return fingerprints[a].hashes < fingerprints[b].hashes;
    });
    Distinct distinct;
    for (std::size_t k = 0; k < order.size(); ++k) {
        const PdqFingerprint& fingerprint = fingerprints[order[k]];
        if (k == 0 || fingerprint.hashes != fingerprints[order[k - 1]].hashes) {
            distinct.questions.push_back(order[k]);
        }
        if (k == 0 || fingerprint.hash() != distinct.hashes.back()) {
            distinct.hashes.push_back(fingerprint.hash());
            distinct.of_hash.push_back(order[k]);
        } else {
            sets.unite(order[k], distinct.of_hash.back());
        }
    }
    return distinct;
}

// The bands, or slices of the questions where the bands do not help, one after the other by any
// thread that is free: what is united does not depend on by whom.
class Work {
  public:
    Work(const Distinct& distinct, const NearPairs& pairs)
        : distinct_(distinct), pairs_(pairs), by_band_(pairs.bands_help()) {}

    void run(Sets& sets) {
        constexpr std::size_t kSlices = 256;
        const auto unite = [&](std::size_t asked, std::size_t hash) {
            sets.unite(distinct_.questions[asked / kOrientations], distinct_.of_hash[hash]);
        };
        for (;;) {
            const std::size_t part = next_.fetch_add(1, std::memory_order_relaxed);
            if (part >= (by_band_ ? kBands : kSlices)) {
                return;
            }
            if (by_band_) {
                pairs_.visit_band(part, unite);
            } else {
                pairs_.visit_slice(part, kSlices, unite);
            }
        }
    }

  private:
    const Distinct& distinct_;
    const NearPairs& pairs_;
    bool by_band_;
    std::atomic<std::size_t> next_{0};
};

// The hashes that are asked for: 8 of each question, one after the other.
std::vector<PdqHash> asked_hashes(std::span<const PdqFingerprint> fingerprints,
                                  const Distinct& distinct) {
    std::vector<PdqHash> asked;
    asked.reserve(distinct.questions.size() * kOrientations);
    for (const std::size_t picture : distinct.questions) {
        const auto& hashes = fingerprints[picture].hashes;
        asked.insert(asked.end(), hashes.begin(), hashes.end());
    }
    return asked;
}

// Each set by a thread of its own, the first by this one.
void run_all(Work& work, std::vector<Sets>& found) {
    std::vector<std::jthread> workers;
    for (std::size_t k = 1; k < found.size(); ++k) {
        workers.emplace_back([&, k] { work.run(found[k]); });
    }
    work.run(found[0]);
}

void unite_near(std::span<const PdqFingerprint> fingerprints, int radius, unsigned threads,
                Sets& all) {
    const Distinct distinct = reduce(fingerprints, all);
    const auto asked = asked_hashes(fingerprints, distinct);
    const NearPairs pairs(asked, distinct.hashes, radius);
    Work work(distinct, pairs);
    std::vector<Sets> found(std::max(threads, 1U), Sets(fingerprints.size()));
    run_all(work, found);
    for (Sets& part : found) {
        for (std::size_t i = 0; i < fingerprints.size(); ++i) {
            all.unite(i, part.find(i));
        }
    }
}

} // namespace

std::vector<std::size_t> near_groups(std::span<const PdqFingerprint> fingerprints, int radius,
                                     unsigned threads) {
    Sets all(fingerprints.size());
    if (radius >= 0) {
        unite_near(fingerprints, radius, threads, all);
    }
    std::vector<std::size_t> groups(fingerprints.size());
    for (std::size_t i = 0; i < groups.size(); ++i) {
        groups[i] = all.find(i);
    }
    return groups;
}

} // namespace rempart::recognise
