// SPDX-License-Identifier: Apache-2.0
#include "recognise/codes/code_kernel.hpp"

#include <algorithm>
#include <array>
#include <bit>

#if defined(__x86_64__)
// g++ 12 takes registers that these headers leave undefined on purpose for mistakes.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <immintrin.h>
#endif

namespace rempart::recognise {
namespace {

constexpr std::size_t kAhead = 16; // codes on their way from memory while one is compared

std::uint32_t distance_plain(const PdqHash& a, const PdqHash& b) {
    std::uint32_t distance = 0;
    for (int bit = 0; bit < PdqHash::kBits; ++bit) {
        distance += a.bit(bit) != b.bit(bit) ? 1U : 0U;
    }
    return distance;
}

bool always() {
    return true;
}

void scan_plain(const PdqHash& query, std::span<const PdqHash> codes, std::uint32_t radius,
                std::uint32_t first, std::vector<CodeMatch>& out) {
    for (std::size_t i = 0; i < codes.size(); ++i) {
        const std::uint32_t distance = distance_plain(query, codes[i]);
        if (distance <= radius) {
            out.push_back({.code = first + static_cast<std::uint32_t>(i), .distance = distance});
        }
    }
}

void among_plain(const PdqHash& query, const PdqHash* codes, std::span<const std::uint32_t> places,
                 std::uint32_t radius, std::vector<CodeMatch>& out) {
    for (const std::uint32_t place : places) {
        const std::uint32_t distance = distance_plain(query, codes[place]);
        if (distance <= radius) {
            out.push_back({.code = place, .distance = distance});
        }
    }
}

// The same loops with the instructions of whatever function they are inlined in.
[[gnu::always_inline]] inline std::uint32_t distance_of(const PdqHash& a, const PdqHash& b) {
    const auto& x = a.words();
    const auto& y = b.words();
    return static_cast<std::uint32_t>(std::popcount(x[0] ^ y[0]) + std::popcount(x[1] ^ y[1]) +
                                      std::popcount(x[2] ^ y[2]) + std::popcount(x[3] ^ y[3]));
}

[[gnu::always_inline]] inline void scan_words(const PdqHash& query, std::span<const PdqHash> codes,
                                              std::uint32_t radius, std::uint32_t first,
                                              std::vector<CodeMatch>& out) {
    for (std::size_t i = 0; i < codes.size(); ++i) {
        const std::uint32_t distance = distance_of(query, codes[i]);
        if (distance <= radius) [[unlikely]] {
            out.push_back({.code = first + static_cast<std::uint32_t>(i), .distance = distance});
        }
    }
}

[[gnu::always_inline]] inline void among_words(const PdqHash& query, const PdqHash* codes,
                                               std::span<const std::uint32_t> places,
                                               std::uint32_t radius, std::vector<CodeMatch>& out) {
    for (std::size_t i = 0; i < places.size(); ++i) {
        if (i + kAhead < places.size()) {
            __builtin_prefetch(codes + places[i + kAhead]);
        }
        const std::uint32_t distance = distance_of(query, codes[places[i]]);
        if (distance <= radius) [[unlikely]] {
            out.push_back({.code = places[i], .distance = distance});
        }
    }
}

void scan_scalar(const PdqHash& query, std::span<const PdqHash> codes, std::uint32_t radius,
                 std::uint32_t first, std::vector<CodeMatch>& out) {
    scan_words(query, codes, radius, first, out);
}
void among_scalar(const PdqHash& query, const PdqHash* codes, std::span<const std::uint32_t> places,
                  std::uint32_t radius, std::vector<CodeMatch>& out) {
    among_words(query, codes, places, radius, out);
}

#if defined(__x86_64__)

bool has_popcnt() {
    return __builtin_cpu_supports("popcnt") > 0;
}
bool has_avx2() {
    return has_popcnt() && __builtin_cpu_supports("avx2") > 0;
}
bool has_avx512() {
    return has_avx2() && __builtin_cpu_supports("avx512f") > 0 &&
           __builtin_cpu_supports("avx512dq") > 0 && __builtin_cpu_supports("avx512vpopcntdq") > 0;
}

[[gnu::target("popcnt")]] void scan_popcnt(const PdqHash& query, std::span<const PdqHash> codes,
                                           std::uint32_t radius, std::uint32_t first,
                                           std::vector<CodeMatch>& out) {
    scan_words(query, codes, radius, first, out);
}
[[gnu::target("popcnt")]] void among_popcnt(const PdqHash& query, const PdqHash* codes,
                                            std::span<const std::uint32_t> places,
                                            std::uint32_t radius, std::vector<CodeMatch>& out) {
    among_words(query, codes, places, radius, out);
}

// A table of the ones in 4 bits, looked up 64 times at once (Mula, Kurz, Lemire, "Faster Population
// Counts Using AVX2 Instructions", 2018).
[[gnu::target("avx2")]] inline std::uint32_t distance_avx2(__m256i query, const PdqHash& code,
                                                           __m256i table, __m256i low) {
    const __m256i x = _mm256_xor_si256(
        query, _mm256_loadu_si256(reinterpret_cast<const __m256i*>(code.words().data())));
    const __m256i ones =
        _mm256_add_epi8(_mm256_shuffle_epi8(table, _mm256_and_si256(x, low)),
                        _mm256_shuffle_epi8(table, _mm256_and_si256(_mm256_srli_epi16(x, 4), low)));
    const __m256i sums = _mm256_sad_epu8(ones, _mm256_setzero_si256());
    const __m128i half =
        _mm_add_epi64(_mm256_castsi256_si128(sums), _mm256_extracti128_si256(sums, 1));
    return static_cast<std::uint32_t>(_mm_cvtsi128_si32(half) + _mm_extract_epi16(half, 4));
}

[[gnu::target("avx2")]] void scan_avx2(const PdqHash& query, std::span<const PdqHash> codes,
                                       std::uint32_t radius, std::uint32_t first,
                                       std::vector<CodeMatch>& out) {
    const __m256i table = _mm256_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4, 0, 1, 1,
                                           2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4);
    const __m256i low = _mm256_set1_epi8(15);
    const __m256i asked =
        _mm256_loadu_si256(reinterpret_cast<const __m256i*>(query.words().data()));
    for (std::size_t i = 0; i < codes.size(); ++i) {
        const std::uint32_t distance = distance_avx2(asked, codes[i], table, low);
        if (distance <= radius) [[unlikely]] {
            out.push_back({.code = first + static_cast<std::uint32_t>(i), .distance = distance});
        }
    }
}

[[gnu::target("avx512f,avx512dq,avx512vpopcntdq")]] inline __m512i
ones_avx512(__m512i query, const PdqHash* two_codes) {
    return _mm512_popcnt_epi64(_mm512_xor_si512(query, _mm512_loadu_si512(two_codes)));
}

// The distances of 8 codes: two in a register, ones counted by word, words added across registers.
[[gnu::target("avx512f,avx512dq,avx512vpopcntdq")]] inline __m512i
distances_avx512(__m512i query, const PdqHash* codes) {
    const __m512i a = ones_avx512(query, codes);
    const __m512i b = ones_avx512(query, codes + 2);
    const __m512i c = ones_avx512(query, codes + 4);
    const __m512i d = ones_avx512(query, codes + 6);
    const __m512i ab = _mm512_add_epi64(_mm512_unpacklo_epi64(a, b), _mm512_unpackhi_epi64(a, b));
    const __m512i cd = _mm512_add_epi64(_mm512_unpacklo_epi64(c, d), _mm512_unpackhi_epi64(c, d));
    return _mm512_add_epi64(_mm512_shuffle_i64x2(ab, cd, 0x88), _mm512_shuffle_i64x2(ab, cd, 0xdd));
}

void append_near_of_eight(const std::array<std::uint64_t, 8>& distances, std::uint32_t radius,
                          std::uint32_t first, std::vector<CodeMatch>& out) {
    // Where the sums above leave the codes: that of code k stands in lane kLane[k].
    constexpr std::array<std::size_t, 8> kLane{0, 2, 1, 3, 4, 6, 5, 7};
    for (std::uint32_t k = 0; k < 8; ++k) {
        const std::uint64_t distance = distances[kLane[k]];
        if (distance <= radius) {
            out.push_back({.code = first + k, .distance = static_cast<std::uint32_t>(distance)});
        }
    }
}

[[gnu::target("avx512f,avx512dq,avx512vpopcntdq,popcnt")]] void
scan_avx512(const PdqHash& query, std::span<const PdqHash> codes, std::uint32_t radius,
            std::uint32_t first, std::vector<CodeMatch>& out) {
    const __m512i asked = _mm512_broadcast_i64x4(
        _mm256_loadu_si256(reinterpret_cast<const __m256i*>(query.words().data())));
    const __m512i limit = _mm512_set1_epi64(radius);
    std::size_t i = 0;
    for (; i + 8 <= codes.size(); i += 8) {
        const __m512i sums = distances_avx512(asked, &codes[i]);
        const __mmask8 near = _mm512_cmple_epi64_mask(sums, limit);
        if (near == 0) [[likely]] {
            continue;
        }
        std::array<std::uint64_t, 8> distances{};
        _mm512_storeu_si512(distances.data(), sums);
        append_near_of_eight(distances, radius, first + static_cast<std::uint32_t>(i), out);
    }
    scan_words(query, codes.subspan(i), radius, first + static_cast<std::uint32_t>(i), out);
}

#endif

constexpr std::array kKernels{
    CodeKernel{"plain", always, scan_plain, among_plain},
    CodeKernel{"scalar", always, scan_scalar, among_scalar},
#if defined(__x86_64__)
    CodeKernel{"popcnt", has_popcnt, scan_popcnt, among_popcnt},
    // Codes that are looked at here and there come from memory one by one: counting is not what
    // takes the time.
    CodeKernel{"avx2", has_avx2, scan_avx2, among_popcnt},
    CodeKernel{"avx512vpopcntdq", has_avx512, scan_avx512, among_popcnt},
#endif
};

std::size_t find_best() {
    std::size_t best = 0;
    for (std::size_t k = 0; k < kKernels.size(); ++k) {
        best = kKernels[k].is_supported() ? k : best;
    }
    return best;
}

void append_hits(std::uint32_t query, std::span<const CodeMatch> found, std::vector<CodeHit>& out) {
    for (const auto& [code, distance] : found) {
        out.push_back({.query = query, .code = code, .distance = distance});
    }
}

} // namespace

std::span<const CodeKernel> code_kernels() {
    return kKernels;
}

const CodeKernel& best_code_kernel() {
    static const std::size_t best = find_best();
    return kKernels[best];
}

void scan_many(std::span<const PdqHash> queries, std::span<const std::uint32_t> which,
               std::span<const PdqHash> codes, std::uint32_t radius, std::vector<CodeHit>& out) {
    constexpr std::size_t kBlock = 8192; // our choice: 256 KiB, half of a small second-level cache
    std::vector<CodeMatch> found;
    for (std::size_t start = 0; start < codes.size(); start += kBlock) {
        const auto block = codes.subspan(start, std::min(kBlock, codes.size() - start));
        for (const std::uint32_t query : which) {
            found.clear();
            best_code_kernel().scan(queries[query], block, radius,
                                    static_cast<std::uint32_t>(start), found);
            append_hits(query, found, out);
        }
    }
}

} // namespace rempart::recognise
