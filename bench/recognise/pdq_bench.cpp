// SPDX-License-Identifier: Apache-2.0
// The hash part of a picture: quality and 8 orientations, from luma rows in memory.
//   BM_PdqFull, BM_PdqNearest512, BM_PdqSmooth512   12 MP of bytes, each variant
//   BM_PdqAll      all of them from one pass over the rows, as the media worker does it
//   BM_PdqFloats   the full variant from rows of floats
//   BM_PdqPlain    the definition (full variant): what the others are measured by
#include "rempart/recognise/pdq.hpp"

#include <random>

#include <benchmark/benchmark.h>

#include "recognise/pdq_plain.hpp"

namespace rempart::recognise {
namespace {

constexpr std::uint32_t kWidth = 4'000;
constexpr std::uint32_t kHeight = 3'000;

template <typename Value>
std::vector<Value> make_plane() {
    std::mt19937 rng(1);
    std::vector<Value> plane(std::size_t{kWidth} * kHeight);
    for (std::size_t i = 0; i < plane.size(); ++i) {
        plane[i] = static_cast<Value>((i / 70 + i / kWidth / 50 * 40 + rng() % 30) % 256);
    }
    return plane;
}

void hash_rows(benchmark::State& state, PdqVariant variant) {
    const auto plane = make_plane<std::uint8_t>();
    for (auto _ : state) {
        benchmark::DoNotOptimize(pdq_of_plane(plane, kWidth, kHeight, variant));
    }
}

void BM_PdqFull(benchmark::State& state) {
    hash_rows(state, PdqVariant::full);
}
BENCHMARK(BM_PdqFull)->Unit(benchmark::kMillisecond);

void BM_PdqNearest512(benchmark::State& state) {
    hash_rows(state, PdqVariant::nearest512);
}
BENCHMARK(BM_PdqNearest512)->Unit(benchmark::kMillisecond);

void BM_PdqSmooth512(benchmark::State& state) {
    hash_rows(state, PdqVariant::smooth512);
}
BENCHMARK(BM_PdqSmooth512)->Unit(benchmark::kMillisecond);

void BM_PdqAll(benchmark::State& state) {
    const auto plane = make_plane<std::uint8_t>();
    for (auto _ : state) {
        std::vector<PdqRows> all;
        for (const PdqVariant variant : kPdqVariants) {
            all.emplace_back(kWidth, kHeight, variant);
        }
        for (std::size_t y = 0; y < kHeight; ++y) {
            const auto row = std::span<const std::uint8_t>(plane).subspan(y * kWidth, kWidth);
            for (PdqRows& rows : all) {
                rows.add_row(row);
            }
        }
        for (PdqRows& rows : all) {
            benchmark::DoNotOptimize(rows.finish());
        }
    }
}
BENCHMARK(BM_PdqAll)->Unit(benchmark::kMillisecond);

void BM_PdqFloats(benchmark::State& state) {
    const auto plane = make_plane<float>();
    for (auto _ : state) {
        PdqRows rows(kWidth, kHeight, PdqVariant::full);
        for (std::size_t y = 0; y < kHeight; ++y) {
            rows.add_row(std::span<const float>(plane).subspan(y * kWidth, kWidth));
        }
        benchmark::DoNotOptimize(rows.finish());
    }
}
BENCHMARK(BM_PdqFloats)->Unit(benchmark::kMillisecond);

void BM_PdqPlain(benchmark::State& state) {
    const auto plane = make_plane<float>();
    for (auto _ : state) {
        benchmark::DoNotOptimize(pdq_plain<float>(plane, kWidth, kHeight, PdqVariant::full));
    }
}
BENCHMARK(BM_PdqPlain)->Unit(benchmark::kMillisecond);

} // namespace
} // namespace rempart::recognise
