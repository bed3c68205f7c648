// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Invented videos: shots whose frames drift a few bits a second, unlike those of any other shot.

#include <cmath>
#include <random>
#include <vector>

#include "recognise/hashes.hpp"
#include "rempart/recognise/alignment.hpp"
#include "rempart/recognise/listed_videos.hpp"

namespace rempart::recognise {

/// What a film shows at any moment: a new shot every `shot_ms`, two bits more of it a second.
class Film {
  public:
    explicit Film(std::uint64_t seed, std::int64_t shot_ms = 5'000)
        : seed_(seed), shot_ms_(shot_ms) {}
    [[nodiscard]] PdqHash at(std::int64_t ms) const {
        std::mt19937_64 rng(seed_ * 1'000'003 + static_cast<std::uint64_t>(ms / shot_ms_));
        const PdqHash shot = random_hash(rng);
        return changed(shot, static_cast<int>(ms % shot_ms_ / 500), rng);
    }

  private:
    std::uint64_t seed_;
    std::int64_t shot_ms_;
};

/// A piece of a film, shown from a moment of another video on, faster or slower.
struct Piece {
    const Film* film = nullptr;
    std::int64_t from_ms = 0, to_ms = 0;
    double speed = 1; ///< Of the film's time to that of the video.
};

/// The frames of pieces one behind the other, one every `step_ms`, each with `noise` bits changed.
inline std::vector<AlignedFrame> shown(const std::vector<Piece>& pieces, std::int64_t step_ms,
                                       int noise, std::uint64_t seed) {
    std::mt19937_64 rng(seed);
    std::vector<AlignedFrame> frames;
    std::int64_t begin_ms = 0, next_ms = 0;
    for (const Piece& piece : pieces) {
        const auto length = static_cast<std::int64_t>(
            std::llround(static_cast<double>(piece.to_ms - piece.from_ms) / piece.speed));
        for (; next_ms < begin_ms + length; next_ms += step_ms) {
            const auto in_film =
                piece.from_ms + std::llround(static_cast<double>(next_ms - begin_ms) * piece.speed);
            frames.push_back({.span = {next_ms, next_ms},
                              .hash = changed(piece.film->at(in_film), noise, rng),
                              .is_common = false});
        }
        begin_ms += length;
    }
    return frames;
}

/// All pairs within the radius, by looking at each.
inline std::vector<FramePair> pairs_of(const std::vector<AlignedFrame>& query,
                                       const std::vector<AlignedFrame>& entry, int radius = 31) {
    std::vector<FramePair> pairs;
    for (std::uint32_t q = 0; q < query.size(); ++q) {
        for (std::uint32_t e = 0; e < entry.size(); ++e) {
            const int distance = hamming_distance(query[q].hash, entry[e].hash);
            if (distance <= radius) {
                pairs.push_back({.query = q, .entry = e, .distance = distance});
            }
        }
    }
    return pairs;
}

inline std::vector<AlignedSegment> align_all(const std::vector<AlignedFrame>& query,
                                             const std::vector<AlignedFrame>& entry) {
    return align(query, entry, pairs_of(query, entry));
}

} // namespace rempart::recognise
