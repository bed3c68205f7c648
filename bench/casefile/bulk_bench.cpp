// SPDX-License-Identifier: Apache-2.0
/// Many rows into either store, beside what the store does without us. "rows" of a file of ours are
/// its item and its content; its entries in indexes, tallies and the log are on top.
///   bare/S/N    the peer: N rows of path, size and three digests, 10,000 a transaction, no index
///   bulk/S/N    N files with distinct contents through the ingest's writer, 10,000 a commit
///   list/S/N    a list of N digests
///   export_and_import/S/N  a case of N files written as one SQLite file, and made a case again;
///               "export_s" is the first half
#include <benchmark/benchmark.h>

#include <filesystem>

#include <fmt/format.h>

#include "casefile/bench_case.hpp"
#include "casefile/database.hpp"
#include "rempart/casefile/export.hpp"
#include "rempart/casefile/lists.hpp"

namespace {

using namespace rempart;
using namespace rempart::casefile;

constexpr std::uint64_t kBatch = 10'000;

void bare(benchmark::State& state, Store store) {
    for (auto _ : state) {
        state.PauseTiming();
        BenchCase bench(store);
        Database& database = bench.file().database();
        must(database.exec(store == Store::folder
                               ? "CREATE TABLE bare (id INTEGER PRIMARY KEY, path TEXT, size "
                                 "INTEGER, md5 BLOB, sha1 BLOB, sha256 BLOB) STRICT"
                               : "CREATE TABLE bare (id BIGINT PRIMARY KEY, path TEXT, size "
                                 "BIGINT, md5 BYTEA, sha1 BYTEA, sha256 BYTEA)"));
        auto rows = must(database.inserter("bare", "id, path, size, md5, sha1, sha256"));
        Random random;
        std::array<std::byte, 32> digest{};
        state.ResumeTiming();
        for (std::int64_t i = 0; i < state.range(0);) {
            auto transaction = must(Transaction::begin(database));
            for (std::uint64_t k = 0; k < kBatch; ++k, ++i) {
                random.fill(digest);
                must(rows.row(i,
                              fmt::format("home/user/projects/module-{:03}/src/part{:02}/"
                                          "file_{:06}.txt",
                                          i / 500, i / 25 % 20, i),
                              20'000, ByteView(digest).first(16), ByteView(digest).first(20),
                              digest));
            }
            must(rows.flush());
            must(transaction.commit());
        }
    }
    state.counters["rows/s"] =
        benchmark::Counter(static_cast<double>(state.range(0)), benchmark::Counter::kIsRate);
}

void bulk(benchmark::State& state, Store store) {
    for (auto _ : state) {
        state.PauseTiming();
        BenchCase bench(store);
        {
            IngestWriter writer = must(IngestWriter::open(bench.file(), bench.exhibit("A")));
            state.ResumeTiming();
            write_items(writer, static_cast<std::uint64_t>(state.range(0)), kBatch);
            state.PauseTiming();
        }
        state.ResumeTiming();
    }
    const auto files = static_cast<double>(state.range(0));
    state.counters["files/s"] = benchmark::Counter(files, benchmark::Counter::kIsRate);
    state.counters["rows/s"] = benchmark::Counter(2 * files, benchmark::Counter::kIsRate);
}

void list(benchmark::State& state, Store store) {
    for (auto _ : state) {
        state.PauseTiming();
        BenchCase bench(store);
        ListRecord record;
        record.name = "list";
        record.polarity = "note";
        Random random;
        std::array<std::byte, 32> value{};
        ListEntryRecord entry;
        entry.algorithm = "sha256";
        state.ResumeTiming();
        ListWriter writer = must(ListWriter::begin(bench.file(), record));
        for (std::int64_t i = 0; i < state.range(0); ++i) {
            random.fill(value);
            entry.value.assign(value.begin(), value.end());
            entry.entry = static_cast<std::uint64_t>(i) + 1;
            must(writer.add(entry));
        }
        must(writer.finish(record));
    }
    state.counters["rows/s"] =
        benchmark::Counter(static_cast<double>(state.range(0)), benchmark::Counter::kIsRate);
}

void export_and_import(benchmark::State& state, Store store) {
    for (auto _ : state) {
        state.PauseTiming();
        BenchCase bench(store);
        BenchCase folder; // only for a place that goes away
        {
            IngestWriter writer = must(IngestWriter::open(bench.file(), bench.exhibit("A")));
            write_items(writer, static_cast<std::uint64_t>(state.range(0)), kBatch);
        }
        const std::filesystem::path one = std::filesystem::path(folder.place()) / "whole.sqlite";
        const std::string again = store == Store::folder
                                      ? folder.place() + "/again"
                                      : PostgresServer::durable().fresh_database();
        state.ResumeTiming();
        const auto begun = std::chrono::steady_clock::now();
        must(export_database(bench.file(), one));
        const std::chrono::duration<double> exported = std::chrono::steady_clock::now() - begun;
        must(import_case(one, again));
        state.counters["export_s"] = exported.count();
    }
}

constexpr std::int64_t kRows = 2'000'000;
#define REMPART_ON_BOTH(name, count)                                                               \
    BENCHMARK_CAPTURE(name, sqlite, Store::folder)                                                 \
        ->Arg(count)                                                                               \
        ->Unit(benchmark::kMillisecond)                                                            \
        ->Iterations(1)                                                                            \
        ->MeasureProcessCPUTime()                                                                  \
        ->UseRealTime();                                                                           \
    BENCHMARK_CAPTURE(name, postgresql, Store::server)                                             \
        ->Arg(count)                                                                               \
        ->Unit(benchmark::kMillisecond)                                                            \
        ->Iterations(1)                                                                            \
        ->MeasureProcessCPUTime()                                                                  \
        ->UseRealTime()
REMPART_ON_BOTH(bare, kRows);
REMPART_ON_BOTH(bulk, kRows);
REMPART_ON_BOTH(list, kRows);
REMPART_ON_BOTH(export_and_import, 500'000);

} // namespace
