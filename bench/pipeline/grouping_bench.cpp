// SPDX-License-Identifier: Apache-2.0
// What it costs to finish an exhibit in a case that keeps its groups, in CPU time of one thread.
// Pictures are generated: three fingerprints each, one picture of ten near another.
//   BM_FirstExhibit/N     the exhibit that brings all N pictures
//   BM_NextExhibit/N      one with 1,000 pictures more, in a case of N
//   BM_EarlierExhibit/N   one of 1,000 pictures that stands before the exhibit of N: all N again
//   BM_JudgeAll/N         no grouping: the points of all groups
// Counters: groups, contents that moved, peak memory of the process in MiB.
// REMPART_BENCH_STORE=server measures a case on PostgreSQL.
#include <cstdlib>
#include <random>
#include <string_view>

#include <benchmark/benchmark.h>
#include <sys/resource.h>

#include "casefile/bench_case.hpp"
#include "rempart/casefile/work_queue.hpp"
#include "rempart/pipeline/queue.hpp"
#include "rempart/recognise/pdq.hpp"

namespace rempart::pipeline {
namespace {

using namespace casefile; // NOLINT(google-build-using-namespace)

Store chosen_store() {
    const char* chosen = std::getenv("REMPART_BENCH_STORE");
    return chosen != nullptr && std::string_view(chosen) == "server" ? Store::server
                                                                     : Store::folder;
}

/// Pictures, of which one in ten is within 31 bits of an earlier one.
class Pictures {
  public:
    ContentRecord next() {
        ContentRecord content;
        random_.fill(content.sha256);
        random_.fill(content.sha1);
        random_.fill(content.md5);
        content.size_bytes = 100'000;
        content.type = "jpeg";
        content.mime = "image/jpeg";
        content.family = "picture";
        content.picture =
            PictureRecord{.format = "jpeg", .width = 4'000, .height = 3'000, .partial_reason = {}};
        const bool is_copy = !hashes_.empty() && random_.next() % 10 == 0;
        Hash hash = is_copy ? hashes_[random_.next() % hashes_.size()] : Hash{};
        if (is_copy) {
            for (std::uint64_t bits = random_.next() % 32; bits > 0; --bits) {
                hash[random_.next() % hash.size()] ^=
                    static_cast<std::byte>(1U << (random_.next() % 8));
            }
        } else {
            random_.fill(hash);
            hashes_.push_back(hash);
        }
        for (const char* variant : {"full", "nearest512", "smooth512"}) {
            content.fingerprints.push_back({.algorithm = "pdq",
                                            .variant = variant,
                                            .quality = 100,
                                            .value = Bytes(hash.begin(), hash.end()),
                                            .orientations = turned(hash)});
        }
        return content;
    }

  private:
    using Hash = std::array<std::byte, 32>;
    Bytes turned(const Hash& hash) {
        Bytes all(hash.begin(), hash.end());
        for (std::size_t i = 1; i < recognise::kOrientations; ++i) {
            Hash other;
            random_.fill(other);
            all.insert(all.end(), other.begin(), other.end());
        }
        return all;
    }
    Random random_;
    std::vector<Hash> hashes_;
};

// Read but for its end.
RowId read_exhibit(Case& file, const std::string& label, Pictures& pictures, std::int64_t count) {
    ExhibitRecord record;
    record.label = label;
    record.kind = "folder";
    record.state = "open";
    const RowId exhibit = must(add_exhibit(file, record));
    const PartRecord part{
        .ordinal = 0, .first_ordinal = 0, .end_ordinal = {}, .depth = "recognition"};
    must(plan_work(file, exhibit, std::span(&part, 1), false));
    IngestWriter writer = must(IngestWriter::open(file, exhibit));
    ItemRecord item;
    item.kind = "file";
    item.state = "allocated";
    for (std::int64_t i = 0; i < count; ++i) {
        item.content = must(writer.add_content(pictures.next()));
        item.seq = static_cast<std::uint64_t>(i);
        item.path = fmt::format("{:08}.jpg", i);
        must(writer.add_item(item));
        if (i % 20'000 == 19'999) {
            must(writer.commit());
        }
    }
    must(writer.commit());
    must(complete(file, must(claim(file, {.worker = "w", .exhibit = exhibit}))));
    return exhibit;
}

GroupChanged finish(Case& file, RowId exhibit) {
    const auto jobs =
        must(claim(file, {.worker = "w", .exhibit = exhibit, .operation = Operation::finish}));
    return must(finish_exhibit(file, jobs.at(0), 1));
}

void tell(benchmark::State& state, Case& file, const GroupChanged& changed) {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    state.counters["MiB"] = static_cast<double>(usage.ru_maxrss) / 1024;
    state.counters["moved"] = static_cast<double>(changed.moved);
    state.counters["groups"] = static_cast<double>(must(totals(file, std::nullopt)).groups);
}

void BM_FirstExhibit(benchmark::State& state) {
    for (auto _ : state) {
        state.PauseTiming();
        BenchCase bench(chosen_store());
        Pictures pictures;
        const RowId exhibit = read_exhibit(bench.file(), "A", pictures, state.range(0));
        state.ResumeTiming();
        const GroupChanged changed = finish(bench.file(), exhibit);
        state.PauseTiming();
        tell(state, bench.file(), changed);
        state.ResumeTiming();
    }
}

constexpr std::int64_t kFew = 1'000;

// Two exhibits, of which `first` is finished and the other one measured.
void two_exhibits(benchmark::State& state, std::int64_t first, std::int64_t second,
                  bool second_is_measured) {
    for (auto _ : state) {
        state.PauseTiming();
        BenchCase bench(chosen_store());
        Pictures pictures;
        const RowId a = read_exhibit(bench.file(), "A", pictures, first);
        const RowId b = read_exhibit(bench.file(), "B", pictures, second);
        finish(bench.file(), second_is_measured ? a : b);
        state.ResumeTiming();
        const GroupChanged changed = finish(bench.file(), second_is_measured ? b : a);
        state.PauseTiming();
        tell(state, bench.file(), changed);
        state.ResumeTiming();
    }
}

void BM_NextExhibit(benchmark::State& state) {
    two_exhibits(state, state.range(0), kFew, true);
}
void BM_EarlierExhibit(benchmark::State& state) {
    two_exhibits(state, kFew, state.range(0), false);
}

void BM_JudgeAll(benchmark::State& state) {
    BenchCase bench(chosen_store());
    Pictures pictures;
    finish(bench.file(), read_exhibit(bench.file(), "A", pictures, state.range(0)));
    for (auto _ : state) {
        tell(state, bench.file(), must(update_queue(bench.file(), 1, Judging::all)));
    }
}

// clang-format off
BENCHMARK(BM_FirstExhibit)->Arg(10'000)->Arg(100'000)->Iterations(1)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_NextExhibit)->Arg(100'000)->Iterations(1)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_EarlierExhibit)->Arg(100'000)->Iterations(1)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_JudgeAll)->Arg(100'000)->Iterations(1)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_FirstExhibit)->Arg(1'000'000)->Iterations(1)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_NextExhibit)->Arg(1'000'000)->Iterations(1)->Unit(benchmark::kMillisecond);
// clang-format on

} // namespace
} // namespace rempart::pipeline
