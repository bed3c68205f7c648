// SPDX-License-Identifier: Apache-2.0
/// The work queue, in either store.
///   enqueue_all/S/N  N jobs planned, all in one transaction
///   drain/S/N/B      N jobs claimed B at a time and taken off, B a transaction
///   claims/N/T       T workers at once on a server, each with a connection of its own, 50 a time
#include <benchmark/benchmark.h>

#include <atomic>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "casefile/bench_case.hpp"
#include "casefile/database.hpp"
#include "rempart/casefile/work_queue.hpp"

namespace {

using namespace rempart;
using namespace rempart::casefile;

void plan(BenchCase& bench, std::uint64_t jobs) {
    std::vector<PartRecord> parts;
    for (std::uint64_t i = 0; i < jobs; ++i) {
        parts.push_back({.ordinal = i, .first_ordinal = i, .end_ordinal = i + 1, .depth = "bench"});
    }
    must(plan_work(bench.file(), bench.exhibit("A"), parts, false));
}

std::uint64_t drain_with(Case& file, const std::string& worker, std::size_t most) {
    std::uint64_t done = 0;
    for (;;) {
        Claim wanted;
        wanted.worker = worker;
        wanted.most = most;
        wanted.operation = Operation::examine;
        const auto jobs = must(claim(file, wanted));
        if (jobs.empty()) {
            return done;
        }
        must(complete(file, jobs));
        done += jobs.size();
    }
}

void enqueue_all(benchmark::State& state, Store store) {
    for (auto _ : state) {
        state.PauseTiming();
        BenchCase bench(store);
        state.ResumeTiming();
        plan(bench, static_cast<std::uint64_t>(state.range(0)));
    }
    state.counters["jobs/s"] =
        benchmark::Counter(static_cast<double>(state.range(0)), benchmark::Counter::kIsRate);
}

void drain(benchmark::State& state, Store store) {
    for (auto _ : state) {
        state.PauseTiming();
        BenchCase bench(store);
        plan(bench, static_cast<std::uint64_t>(state.range(0)));
        state.ResumeTiming();
        if (drain_with(bench.file(), "one", static_cast<std::size_t>(state.range(1))) !=
            static_cast<std::uint64_t>(state.range(0))) {
            state.SkipWithError("a job was lost");
        }
    }
    state.counters["jobs/s"] =
        benchmark::Counter(static_cast<double>(state.range(0)), benchmark::Counter::kIsRate);
}

void claims(benchmark::State& state) {
    for (auto _ : state) {
        state.PauseTiming();
        BenchCase bench(Store::server);
        plan(bench, static_cast<std::uint64_t>(state.range(0)));
        std::atomic<std::uint64_t> done = 0;
        state.ResumeTiming();
        {
            std::vector<std::jthread> workers;
            for (std::int64_t i = 0; i < state.range(1); ++i) {
                workers.emplace_back([&, i] {
                    Case own = must(Case::open(bench.place(), Access::write));
                    done += drain_with(own, fmt::format("worker {}", i), 50);
                });
            }
        }
        if (done != static_cast<std::uint64_t>(state.range(0))) {
            state.SkipWithError("jobs were lost or done twice");
        }
    }
    state.counters["jobs/s"] =
        benchmark::Counter(static_cast<double>(state.range(0)), benchmark::Counter::kIsRate);
}

template <typename Bench>
void once(Bench* bench) {
    bench->Unit(benchmark::kMillisecond)->Iterations(1)->MeasureProcessCPUTime()->UseRealTime();
}
void many_and_one(benchmark::internal::Benchmark* bench) {
    once(bench->Args({50'000, 50})->Args({2'000, 1}));
}
void fifty_thousand(benchmark::internal::Benchmark* bench) {
    once(bench->Arg(50'000));
}
BENCHMARK_CAPTURE(enqueue_all, sqlite, Store::folder)->Apply(fifty_thousand);
BENCHMARK_CAPTURE(enqueue_all, postgresql, Store::server)->Apply(fifty_thousand);
BENCHMARK_CAPTURE(drain, sqlite, Store::folder)->Apply(many_and_one);
BENCHMARK_CAPTURE(drain, postgresql, Store::server)->Apply(many_and_one);
BENCHMARK(claims)->Apply([](auto* bench) { once(bench->Args({50'000, 2})->Args({50'000, 4})); });

} // namespace
