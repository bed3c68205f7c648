// SPDX-License-Identifier: Apache-2.0
// One query against a list of unlike hashes.
//   BM_FindWithin     looking at each one: the oracle, and what short lists get
//   BM_KernelPlain    the definition of the distance, bit by bit
//   BM_FindNear       a picture as ingest asks for it: 3 variants of 8 orientations
#include "rempart/recognise/pdq_scan.hpp"

#include <algorithm>
#include <random>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>

#include "recognise/codes/code_kernel.hpp"
#include "rempart/recognise/known_set.hpp"

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

void BM_KernelPlain(benchmark::State& state) {
    const auto list = random_list(state.range(0));
    std::vector<CodeMatch> found;
    for (auto _ : state) {
        found.clear();
        code_kernels().front().scan(list.front(), list, 31, 0, found);
        benchmark::DoNotOptimize(found.data());
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

} // namespace
} // namespace rempart::recognise
