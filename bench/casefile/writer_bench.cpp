// SPDX-License-Identifier: Apache-2.0
/// Rows into a case, as an ingest writes them.
///   ingest/N/B     N small files with N distinct contents, a commit each B items
///   ingest_known/N the same items where every content is stored already
///   messages/N     N chat messages, a commit each 2,000
///   find_first/N   the first `find` over N items: makes the word index
#include <benchmark/benchmark.h>

#include <optional>
#include <string>

#include <fmt/format.h>

#include "casefile/bench_case.hpp"
#include "rempart/casefile/chats.hpp"
#include "rempart/casefile/evidence.hpp"

namespace {

using namespace rempart;
using namespace rempart::casefile;

void set_rate(benchmark::State& state, std::int64_t rows) {
    state.SetItemsProcessed(state.iterations() * rows);
}

void ingest(benchmark::State& state) {
    for (auto _ : state) {
        state.PauseTiming();
        std::optional<BenchCase> bench(std::in_place);
        IngestWriter writer = must(IngestWriter::open(bench->file(), bench->exhibit("A")));
        state.ResumeTiming();
        write_items(writer, static_cast<std::uint64_t>(state.range(0)),
                    static_cast<std::uint64_t>(state.range(1)));
        state.PauseTiming();
        {
            const IngestWriter gone = std::move(writer);
        }
        state.counters["MB"] = bench->megabytes();
        bench.reset();
        state.ResumeTiming();
    }
    set_rate(state, state.range(0));
}
BENCHMARK(ingest)
    ->Args({87'440, 2'000})
    ->Args({87'440, 500})
    ->Args({20'000, 2'000})
    ->Args({1'000'000, 2'000})
    ->Unit(benchmark::kMillisecond)
    ->Iterations(1);

void ingest_known(benchmark::State& state) {
    BenchCase bench;
    const auto count = static_cast<std::uint64_t>(state.range(0));
    {
        IngestWriter writer = must(IngestWriter::open(bench.file(), bench.exhibit("first")));
        write_items(writer, count, 2'000);
    }
    int number = 0;
    for (auto _ : state) {
        const RowId exhibit = bench.exhibit(std::to_string(++number));
        IngestWriter writer = must(IngestWriter::open(bench.file(), exhibit));
        write_items(writer, count, 2'000);
    }
    set_rate(state, state.range(0));
}
BENCHMARK(ingest_known)->Arg(87'440)->Unit(benchmark::kMillisecond)->Iterations(1);

void messages(benchmark::State& state) {
    for (auto _ : state) {
        state.PauseTiming();
        std::optional<BenchCase> bench(std::in_place);
        IngestWriter writer = must(IngestWriter::open(bench->file(), bench->exhibit("A")));
        state.ResumeTiming();
        MessageRecord message;
        message.conversation =
            must(writer.add_conversation({0, 0, "telegram", "dm:1", "dm", "Trains"}));
        message.kind = "text";
        message.sender_id = "user1";
        message.sender_name = "Anna";
        message.sent_raw = "2024-05-01T09:30:00";
        message.sent_utc = TimeValue::utc(1'700'000'000);
        for (std::int64_t i = 0; i < state.range(0); ++i) {
            message.ordinal = static_cast<std::uint64_t>(i);
            message.native_id = std::to_string(i);
            message.body = fmt::format("The train number {} leaves in the early morning", i);
            must(writer.add_message(message));
            if (i % 2'000 == 0) {
                must(writer.commit());
            }
        }
        must(writer.commit());
        state.PauseTiming();
        {
            const IngestWriter gone = std::move(writer);
        }
        bench.reset();
        state.ResumeTiming();
    }
    set_rate(state, state.range(0));
}
BENCHMARK(messages)->Arg(500'000)->Unit(benchmark::kMillisecond)->Iterations(1);

void find_first(benchmark::State& state) {
    for (auto _ : state) {
        state.PauseTiming();
        std::optional<BenchCase> bench(std::in_place);
        {
            IngestWriter writer = must(IngestWriter::open(bench->file(), bench->exhibit("A")));
            write_items(writer, static_cast<std::uint64_t>(state.range(0)), 2'000);
        }
        state.ResumeTiming();
        must(find(bench->file(), "absent", [](const FoundView&) { return Result<void>(); }));
        state.PauseTiming();
        bench.reset();
        state.ResumeTiming();
    }
    set_rate(state, state.range(0));
}
BENCHMARK(find_first)->Arg(87'440)->Unit(benchmark::kMillisecond)->Iterations(1);

} // namespace
