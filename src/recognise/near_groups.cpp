// SPDX-License-Identifier: Apache-2.0
#include "rempart/recognise/near_groups.hpp"

#include <algorithm>
#include <numeric>
#include <thread>

#include "recognise/pdq_index.hpp"

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

struct Search {
    std::span<const PdqFingerprint> fingerprints;
    const Distinct& distinct;
    const PdqIndex& index;
    int radius;

    // Unites the pictures questions[first], questions[first + step], ... with all that are near.
    void unite_near(Sets& sets, std::size_t first, std::size_t step) const {
        std::vector<PdqMatch> matches;
        std::vector<std::uint32_t> scratch;
        for (std::size_t k = first; k < distinct.questions.size(); k += step) {
            const std::size_t picture = distinct.questions[k];
            for (const PdqHash hash : fingerprints[picture].hashes) {
                matches.clear();
                index.find_within(hash, radius, matches, scratch);
                for (const PdqMatch& match : matches) {
                    sets.unite(picture, distinct.of_hash[match.index]);
                }
            }
        }
    }
};

} // namespace

std::vector<std::size_t> near_groups(std::span<const PdqFingerprint> fingerprints, int radius,
                                     unsigned threads) {
    Sets all(fingerprints.size());
    if (radius >= 0) {
        const Distinct distinct = reduce(fingerprints, all);
        const PdqIndex index(distinct.hashes);
        const Search search{fingerprints, distinct, index, radius};
        const std::size_t parts = std::max(threads, 1U);
        std::vector<Sets> found(parts, Sets(fingerprints.size()));
        {
            std::vector<std::jthread> workers;
            for (std::size_t part = 0; part < parts; ++part) {
                workers.emplace_back([&, part] { search.unite_near(found[part], part, parts); });
            }
        }
        for (Sets& part : found) {
            for (std::size_t i = 0; i < fingerprints.size(); ++i) {
                all.unite(i, part.find(i));
            }
        }
    }
    std::vector<std::size_t> groups(fingerprints.size());
    for (std::size_t i = 0; i < groups.size(); ++i) {
        groups[i] = all.find(i);
    }
    return groups;
}

} // namespace rempart::recognise
