// SPDX-License-Identifier: Apache-2.0
// One query against a list of unlike hashes, and groups of near pictures among them.
//   BM_FindWithin     looking at each one: the oracle, and what short lists get
//   BM_FindIndexed    through the multi-index
//   BM_KernelPlain    the definition of the distance, bit by bit
//   BM_FindNear       a picture as ingest asks for it: 3 variants of 8 orientations
//   BM_NearGroups     groups among as many pictures, one of ten near another, one thread
#include "rempart/recognise/pdq_scan.hpp"

#include <algorithm>
#include <random>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>

#include "recognise/pdq_index.hpp"
#include "recognise/pdq_kernel.hpp"
#include "rempart/recognise/known_set.hpp"
#include "rempart/recognise/near_groups.hpp"

namespace rempart::recognise {
namespace {

std::vector<PdqHash> random_list(std::int64_t size) {
    std::mt19937_64 rng(1);
    std::vector<PdqHash> list(static_cast<std::size_t>(size));
    std::ranges::generate(list, [&] { return PdqHash({rng(), rng(), rng(), rng()}); });
    return list;
}

PdqFingerprint random_fingerprint(std::mt19937_64& rng) {
    PdqFingerprint fingerprint{.hashes = {}, .quality = 100};
    std::ranges::generate(fingerprint.hashes,
                          [&] { return PdqHash({rng(), rng(), rng(), rng()}); });
    return fingerprint;
}

void BM_FindWithin(benchmark::State& state) {
    const auto list = random_list(state.range(0));
    for (auto _ : state) {
        benchmark::DoNotOptimize(find_within(list.front(), list));
    }
    state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(BM_FindWithin)->Arg(1'000)->Arg(1'000'000)->Unit(benchmark::kMicrosecond);

void BM_FindIndexed(benchmark::State& state) {
    const PdqIndex index(random_list(state.range(0)));
    std::mt19937_64 rng(2);
    std::vector<PdqMatch> matches;
    std::vector<std::uint32_t> scratch;
    for (auto _ : state) {
        matches.clear();
        index.find_within(PdqHash({rng(), rng(), rng(), rng()}), 31, matches, scratch);
        benchmark::DoNotOptimize(matches.data());
    }
}
BENCHMARK(BM_FindIndexed)->Arg(10'000)->Arg(1'000'000)->Unit(benchmark::kMicrosecond);

void BM_KernelPlain(benchmark::State& state) {
    const auto list = random_list(state.range(0));
    std::vector<std::uint16_t> distances(list.size());
    for (auto _ : state) {
        pdq_distances_plain(list.front(), list, distances);
        benchmark::DoNotOptimize(distances.data());
        benchmark::ClobberMemory();
    }
    state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(BM_KernelPlain)->Arg(1'000)->Unit(benchmark::kMicrosecond);

void BM_FindNear(benchmark::State& state) {
    KnownSet::Builder builder;
    std::int64_t row = 0;
    for (const PdqHash hash : random_list(state.range(0))) {
        const auto words = hash.words(); // any order of bytes will do here
        builder.add(0, ++row, HashKind::pdq, std::as_bytes(std::span(words)));
    }
    const KnownSet known = std::move(builder).build();
    std::mt19937_64 rng(3);
    const std::vector<PdqFingerprint> queries{random_fingerprint(rng), random_fingerprint(rng),
                                              random_fingerprint(rng)};
    for (auto _ : state) {
        benchmark::DoNotOptimize(known.find_near(queries));
    }
}
BENCHMARK(BM_FindNear)->Arg(10'000)->Arg(1'000'000)->Unit(benchmark::kMicrosecond);

void BM_NearGroups(benchmark::State& state) {
    std::mt19937_64 rng(4);
    std::vector<PdqFingerprint> pictures;
    for (std::int64_t i = 0; i < state.range(0); ++i) {
        pictures.push_back(random_fingerprint(rng));
        if (i % 10 == 9) {
            auto words = pictures[rng() % pictures.size()].hash().words();
            words[rng() % 4] ^= 0x0101'0101'0101'0101ULL;
            pictures.back().hashes[3] = PdqHash(words);
        }
    }
    for (auto _ : state) {
        benchmark::DoNotOptimize(near_groups(pictures));
    }
}
BENCHMARK(BM_NearGroups)->Arg(10'000)->Arg(50'000)->Arg(200'000)->Unit(benchmark::kMillisecond);

} // namespace
} // namespace rempart::recognise
