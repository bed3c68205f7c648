// SPDX-License-Identifier: Apache-2.0
/// The audit log of a case.
///   append_in_batch/B  records appended, B within one transaction and one update of the head
///   append_alone       a transaction for each record, as a viewing command does
///   proof/N            an inclusion proof from a log of N records; "proof_bytes": its hashes
///   verify_proof/N     its check
///   seal_row           an item's row into its seal, as the ingest does
///   verify_log/N       case verify's pass over a log of N records
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>

#include <fmt/format.h>

#include "casefile/audit_log.hpp"
#include "casefile/bench_case.hpp"
#include "casefile/database.hpp"
#include "casefile/row_seal.hpp"
#include "rempart/casefile/audit_verify.hpp"

namespace {

using namespace rempart;
using namespace rempart::casefile;

std::vector<AuditEntry> some_acts(std::size_t count) {
    AuditEntry entry;
    entry.act = AuditAct::viewed;
    entry.who = "investigator@laboratory.example";
    entry.at = TimeValue::utc(1'700'000'000);
    entry.purpose = "Triage of the pictures of exhibit 2026-114/3";
    entry.subject = {
        {"content", "41236"},
        {"sha256", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"}};
    return std::vector<AuditEntry>(count, entry);
}

void append_batch(Database& database, std::span<const AuditEntry> acts) {
    auto transaction = must(Transaction::begin(database));
    must(append(database, acts));
    must(transaction.commit());
}

// A log of `records` records, made once for all that ask for it.
BenchCase& log_of(std::uint64_t records) {
    static std::map<std::uint64_t, std::unique_ptr<BenchCase>> made;
    auto& bench = made[records];
    if (!bench) {
        bench = std::make_unique<BenchCase>();
        const auto acts = some_acts(10'000);
        while (must(audit_head(bench->file().database())).size < records) {
            append_batch(bench->file().database(), acts);
        }
    }
    return *bench;
}

audit::NodeSource nodes_of(Database& database) {
    return [&database](unsigned height, std::uint64_t index) {
        return stored_node(database, height, index);
    };
}

void append_in_batch(benchmark::State& state) {
    BenchCase bench;
    const auto acts = some_acts(static_cast<std::size_t>(state.range(0)));
    for (auto _ : state) {
        append_batch(bench.file().database(), acts);
    }
    state.SetItemsProcessed(state.iterations() * state.range(0));
}

void append_alone(benchmark::State& state) {
    BenchCase bench;
    const auto acts = some_acts(1);
    for (auto _ : state) {
        must(record_act(bench.file(), acts.front()));
    }
    state.SetItemsProcessed(state.iterations());
}

void proof(benchmark::State& state) {
    Database& database = log_of(static_cast<std::uint64_t>(state.range(0))).file().database();
    const std::uint64_t size = must(audit_head(database)).size;
    std::uint64_t index = 1;
    std::size_t hashes = 0;
    for (auto _ : state) {
        index = (index * 6'364'136'223'846'793'005U + 1'442'695'040'888'963'407U) % size;
        const auto path = must(audit::inclusion_proof(index, size, nodes_of(database)));
        hashes = std::max(hashes, path.size());
    }
    state.counters["proof_bytes"] = static_cast<double>(hashes * sizeof(audit::Hash));
}

void verify_proof(benchmark::State& state) {
    Database& database = log_of(static_cast<std::uint64_t>(state.range(0))).file().database();
    const audit::TreeHead tree = must(audit_head(database));
    const audit::Hash leaf = must(stored_node(database, 0, 12'345));
    const auto path = must(audit::inclusion_proof(12'345, tree.size, nodes_of(database)));
    for (auto _ : state) {
        must(audit::verify_inclusion(12'345, leaf, path, tree));
    }
}

void seal_row(benchmark::State& state) {
    RowSealer sealer;
    RowId id = 0;
    const std::string path = "Users/example/Pictures/2024/05/holiday/IMG_20240501_093000.jpg";
    for (auto _ : state) {
        ++id;
        sealer.add(SealedTable::items, id, id, RowId{1}, id - 1, std::optional<std::uint64_t>(),
                   path, std::string(), std::string("file"), std::string("allocated"),
                   std::string(), std::uint64_t{2'345'678}, TimeValue::utc(1), TimeValue::utc(2),
                   TimeValue::utc(3), TimeValue::utc(4), std::optional<Error>(),
                   std::optional<RowId>(id));
        if (id % 10'000 == 0) {
            AuditEntry entry;
            sealer.move_into(entry);
            benchmark::DoNotOptimize(entry.seals.data());
        }
    }
    state.SetItemsProcessed(state.iterations());
}

void verify_log(benchmark::State& state) {
    BenchCase& bench = log_of(static_cast<std::uint64_t>(state.range(0)));
    for (auto _ : state) {
        if (!must(casefile::verify_log(bench.file(), {}, {})).sound()) {
            std::abort();
        }
    }
    state.SetItemsProcessed(state.iterations() * state.range(0));
}

BENCHMARK(append_in_batch)->Arg(1'000)->Arg(10'000)->Unit(benchmark::kMillisecond);
BENCHMARK(append_alone)->Unit(benchmark::kMicrosecond);
BENCHMARK(proof)->Arg(1'000'000)->Unit(benchmark::kMicrosecond);
BENCHMARK(verify_proof)->Arg(1'000'000)->Unit(benchmark::kMicrosecond);
BENCHMARK(seal_row);
BENCHMARK(verify_log)->Arg(1'000'000)->Unit(benchmark::kMillisecond)->Iterations(1);

} // namespace
