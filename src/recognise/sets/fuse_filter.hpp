// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// A filter that answers "surely not" or "perhaps" for 64-bit values, in 1.13 bytes a value: never
/// "surely not" for a value it was made of, "perhaps" for 1 of 256 others.
///
/// Source: T. M. Graf, D. Lemire, "Binary Fuse Filters: Fast and Smaller Than Xor Filters", ACM
/// Journal of Experimental Algorithmics 27 (2022), the ternary filter with 8-bit fingerprints:
/// sizes, three places in three consecutive segments, peeling. Which bits of the hash give which
/// place is our choice: no bit serves two purposes.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace rempart::recognise {

/// Where the three bytes of a value lie, and what they must give together.
struct FusePlaces {
    std::array<std::uint32_t, 3> at;
    std::uint8_t fingerprint;
};

/// What must be known of a filter to ask it, beside its bytes.
struct FuseShape {
    std::uint64_t seed = 0;
    std::uint32_t segments = 0;         ///< Of those in which the first place may lie, >= 1.
    std::uint8_t segment_bits = 0;      ///< A segment has 2^segment_bits bytes.
    static constexpr int kMaxBits = 14; ///< More would make two places share bits of the hash.

    [[nodiscard]] std::uint64_t size_bytes() const {
        return (std::uint64_t{segments} + 2) << segment_bits;
    }
    [[nodiscard]] FusePlaces places(std::uint64_t value) const;
};

struct FuseFilter {
    FuseShape shape;
    std::vector<std::uint8_t> bytes;
};

/// Makes the filter of `values`, which may hold duplicates and come back in another order. The same
/// values and number give the same filter.
/// Memory: about 40 bytes a value while it works.
/// \param number  chooses the seeds: the filter's number in its file
/// \return nothing where no seed of a hundred serves: of values somebody chose for that purpose
/// \pre at most 2^22 values, at least one
[[nodiscard]] std::optional<FuseFilter> make_fuse_filter(std::vector<std::uint64_t>& values,
                                                         std::uint64_t number);

// --- inline, because a look-up is a few dozen instructions ------------------------------------

/// Spreads every bit over all others. Source: the finalizer of MurmurHash3 (A. Appleby, public
/// domain).
[[nodiscard]] inline std::uint64_t mix_bits(std::uint64_t x) {
    x ^= x >> 33U;
    x *= 0xff51afd7ed558ccdULL;
    x ^= x >> 33U;
    x *= 0xc4ceb9fe1a85ec53ULL;
    x ^= x >> 33U;
    return x;
}

inline FusePlaces FuseShape::places(std::uint64_t value) const {
    __extension__ using Wide = unsigned __int128;
    const std::uint64_t hash = mix_bits(value + seed);
    const std::uint32_t length = std::uint32_t{1} << segment_bits;
    const std::uint64_t range = std::uint64_t{segments} << segment_bits;
    const auto first = static_cast<std::uint32_t>((static_cast<Wide>(hash) * range) >> 64U);
    const auto low = static_cast<std::uint32_t>(hash) & (length - 1);
    const auto middle = static_cast<std::uint32_t>(hash >> 20U) & (length - 1);
    return {.at = {first, (first + length) ^ middle, (first + 2 * length) ^ low},
            .fingerprint = static_cast<std::uint8_t>(hash >> 34U)};
}

/// \pre `bytes` holds shape.size_bytes() bytes
[[nodiscard]] inline bool fuse_may_hold(const std::uint8_t* bytes, const FusePlaces& places) {
    return (bytes[places.at[0]] ^ bytes[places.at[1]] ^ bytes[places.at[2]]) == places.fingerprint;
}

} // namespace rempart::recognise
