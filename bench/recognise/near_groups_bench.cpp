// SPDX-License-Identifier: Apache-2.0
// Groups of near-duplicate pictures from the first one to the last, one thread.
//   BM_GroupUnlike    one of ten near another one, turned; the others like nothing
//   BM_GroupAlike     all within 31 bits of the first one, each different
//   BM_GroupEqual     the same picture each time
//   BM_GroupClusters  1,000 clouds: each picture 20 bits from the centre of one
// Counters: pictures a second, groups. REMPART_BENCH_LARGE=1 adds a million unlike and clustered
// ones (minutes).
#include "rempart/recognise/near_groups.hpp"

#include <algorithm>
#include <cstdlib>
#include <random>
#include <set>
#include <vector>

#include <benchmark/benchmark.h>

#include "recognise/hashes.hpp"

namespace rempart::recognise {
namespace {

using Pictures = std::vector<PdqFingerprint>;

PdqFingerprint random_fingerprint(std::mt19937_64& rng) {
    PdqFingerprint fingerprint{.hashes = {}, .quality = 100};
    std::ranges::generate(fingerprint.hashes, [&] { return random_hash(rng); });
    return fingerprint;
}

void group(benchmark::State& state, const Pictures& pictures) {
    std::size_t groups = 0;
    for (auto _ : state) {
        const auto found = near_groups(pictures);
        groups = std::set(found.begin(), found.end()).size();
    }
    state.counters["groups"] = static_cast<double>(groups);
    state.counters["pictures/s"] = benchmark::Counter(
        static_cast<double>(pictures.size()), benchmark::Counter::kIsIterationInvariantRate);
}

template <typename Make>
Pictures many(std::int64_t count, const Make& make) {
    std::mt19937_64 rng(4);
    Pictures pictures;
    for (std::int64_t i = 0; i < count; ++i) {
        pictures.push_back(random_fingerprint(rng));
        make(pictures, rng);
    }
    return pictures;
}

void BM_GroupUnlike(benchmark::State& state) {
    group(state, many(state.range(0), [](Pictures& pictures, std::mt19937_64& rng) {
              if (pictures.size() % 10 == 0) {
                  const PdqHash other = pictures[rng() % pictures.size()].hash();
                  pictures.back().hashes[3] = changed(other, static_cast<int>(rng() % 32), rng);
              }
          }));
}

void BM_GroupAlike(benchmark::State& state) {
    group(state, many(state.range(0), [](Pictures& pictures, std::mt19937_64& rng) {
              pictures.back().hashes[0] =
                  changed(pictures.front().hash(), static_cast<int>(rng() % 32), rng);
          }));
}

void BM_GroupEqual(benchmark::State& state) {
    group(state, many(state.range(0), [](Pictures& pictures, std::mt19937_64&) {
              pictures.back() = pictures.front();
          }));
}

void BM_GroupClusters(benchmark::State& state) {
    std::vector<PdqHash> centres(1'000);
    std::mt19937_64 of_centres(5);
    std::ranges::generate(centres, [&] { return random_hash(of_centres); });
    group(state, many(state.range(0), [&](Pictures& pictures, std::mt19937_64& rng) {
              pictures.back().hashes[0] = changed(centres[rng() % centres.size()], 20, rng);
          }));
}

const int kRegistered = [] {
    const auto add = [](const char* name, void (*bench)(benchmark::State&), std::int64_t count) {
        benchmark::RegisterBenchmark(name, bench)
            ->Arg(count)
            ->Iterations(1)
            ->Unit(benchmark::kMillisecond);
    };
    const bool large = std::getenv("REMPART_BENCH_LARGE") != nullptr;
    for (const std::int64_t count : {10'000, 100'000, 1'000'000}) {
        if (count < 1'000'000 || large) {
            add("BM_GroupUnlike", BM_GroupUnlike, count);
            add("BM_GroupClusters", BM_GroupClusters, count);
        }
    }
    add("BM_GroupAlike", BM_GroupAlike, 1'000'000);
    add("BM_GroupEqual", BM_GroupEqual, 1'000'000);
    return 0;
}();

} // namespace
} // namespace rempart::recognise
