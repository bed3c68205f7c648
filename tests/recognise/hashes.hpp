// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Generated PDQ hashes: unlike ones and near ones.

#include <algorithm>
#include <array>
#include <cstdint>
#include <numeric>
#include <random>
#include <vector>

#include "rempart/recognise/pdq_hash.hpp"

namespace rempart::recognise {

inline PdqHash random_hash(std::mt19937_64& rng) {
    return PdqHash({rng(), rng(), rng(), rng()});
}

/// `hash` with exactly `bits` bits changed.
inline PdqHash changed(PdqHash hash, int bits, std::mt19937_64& rng) {
    std::array<std::size_t, PdqHash::kBits> places{};
    std::iota(places.begin(), places.end(), std::size_t{0});
    std::ranges::shuffle(places, rng);
    auto words = hash.words();
    for (int i = 0; i < bits; ++i) {
        const std::size_t place = places[static_cast<std::size_t>(i)];
        words[place / 64] ^= std::uint64_t{1} << (place % 64);
    }
    return PdqHash(words);
}

/// Hashes of which many are near others: `count` of them, around `centres` random ones, 0 to 40
/// bits away.
inline std::vector<PdqHash> clustered(std::size_t count, std::size_t centres, std::uint64_t seed) {
    std::mt19937_64 rng(seed);
    std::vector<PdqHash> middle(centres);
    std::ranges::generate(middle, [&] { return random_hash(rng); });
    std::vector<PdqHash> hashes(count);
    std::ranges::generate(hashes, [&] {
        return changed(middle[rng() % centres], static_cast<int>(rng() % 41), rng);
    });
    return hashes;
}

} // namespace rempart::recognise
