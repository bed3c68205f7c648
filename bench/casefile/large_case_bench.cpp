// SPDX-License-Identifier: Apache-2.0
/// What people ask of a large case, in either store. REMPART_BENCH_ITEMS says how many items
/// (default 1,000,000; the goal is stated for 10,000,000): 20 exhibits; each fifth item is one that
/// another exhibit has; each thousandth could not be read; each hundredth content is a picture, in
/// groups of two; a note list knows 200,000 contents, an alert list 1,000.
///   status/S       the totals of every exhibit, jobs and workers: what `status --json` reads
///   hits/S, queue/S  the first 50 of `hits` and `new`; all_hits/S: all of them
///   problems/S     everything that could not be read, as `status` lists it
///   write/S        10,000 files more, in one commit
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <map>
#include <memory>

#include <fmt/format.h>

#include "casefile/bench_case.hpp"
#include "casefile/database.hpp"
#include "rempart/casefile/lists.hpp"
#include "rempart/casefile/work_queue.hpp"
#include "support/kept_groups.hpp"

namespace {

using namespace rempart;
using namespace rempart::casefile;

constexpr std::uint64_t kExhibits = 20, kBatch = 10'000, kNoted = 200'000, kAlerted = 1'000;

std::uint64_t wanted_items() {
    const char* chosen = std::getenv("REMPART_BENCH_ITEMS"); // NOLINT(concurrency-mt-unsafe)
    return chosen == nullptr ? 1'000'000 : std::strtoull(chosen, nullptr, 10);
}

std::array<std::byte, 32> digest_of(std::uint64_t number) {
    Random random{number * 2 + 1};
    random.next();
    std::array<std::byte, 32> digest{};
    random.fill(digest);
    return digest;
}

ContentRecord content_of(std::uint64_t number) {
    ContentRecord content;
    content.sha256 = digest_of(number);
    std::copy_n(content.sha256.begin(), content.sha1.size(), content.sha1.begin());
    std::copy_n(content.sha256.begin(), content.md5.size(), content.md5.begin());
    content.size_bytes = 20'000;
    content.type = "txt";
    content.mime = "text/plain";
    content.family = "text";
    if (number % 100 == 0) {
        content.type = "jpeg";
        content.mime = "image/jpeg";
        content.family = "picture";
        content.picture.emplace();
        content.picture->format = "jpeg";
        content.picture->width = 1'200;
        content.picture->height = 800;
    }
    return content;
}

RowId add_list(Case& file, const std::string& name, const std::string& polarity,
               std::uint64_t entries) {
    ListRecord record;
    record.name = name;
    record.polarity = polarity;
    auto writer = must(ListWriter::begin(file, record));
    for (std::uint64_t i = 0; i < entries; ++i) {
        const auto digest = digest_of(i * 7);
        must(writer.add({.id = 0,
                         .algorithm = "sha256",
                         .value = Bytes(digest.begin(), digest.end()),
                         .entry = i + 1,
                         .label = {},
                         .category = {}}));
    }
    return must(writer.finish(record));
}

struct Lists {
    RowId noted = 0, alerted = 0;
    RowId first_noted = 0, first_alerted = 0; ///< Rows of the first entries.
};

std::vector<HitRecord> hits_of(const Lists& lists, std::uint64_t number) {
    std::vector<HitRecord> hits;
    const std::uint64_t entry = number / 7;
    if (number % 7 != 0 || entry >= kNoted) {
        return hits;
    }
    HitRecord hit;
    hit.match = "exact";
    hit.algorithm = "sha256";
    hit.list = lists.noted;
    hit.entry = lists.first_noted + static_cast<RowId>(entry);
    hits.push_back(hit);
    if (entry < kAlerted) {
        hit.list = lists.alerted;
        hit.entry = lists.first_alerted + static_cast<RowId>(entry);
        hits.push_back(hit);
    }
    return hits;
}

void fill_exhibit(BenchCase& bench, const Lists& lists, std::uint64_t exhibit,
                  std::uint64_t items) {
    IngestWriter writer =
        must(IngestWriter::open(bench.file(), bench.exhibit(fmt::format("E{:02}", exhibit))));
    ItemRecord item;
    item.kind = "file";
    item.state = "allocated";
    item.modified = TimeValue::utc(1'700'000'000);
    for (std::uint64_t i = 0; i < items;) {
        std::vector<std::uint64_t> numbers;
        std::vector<std::array<std::byte, 32>> digests;
        for (; numbers.size() < kBatch && i + numbers.size() < items;) {
            const std::uint64_t own = exhibit * items + i + numbers.size();
            numbers.push_back(own % 5 == 0 ? own % items : own); // a fifth is the first exhibit's
            digests.push_back(digest_of(numbers.back()));
        }
        must(writer.look_up(digests));
        for (std::size_t k = 0; k < numbers.size(); ++k, ++i) {
            const auto known = must(writer.find_content(digests[k]));
            item.content = known;
            if (!known) {
                item.content = must(writer.add_content(content_of(numbers[k])));
                auto hits = hits_of(lists, numbers[k]);
                for (HitRecord& hit : hits) {
                    hit.content = *item.content;
                }
                must(writer.add_hits(hits));
            }
            item.seq = i;
            item.size_bytes = 20'000;
            item.path = fmt::format("home/user/module-{:03}/part{:02}/file_{:06}.txt", i / 500,
                                    i / 25 % 20, i);
            item.error = i % 1'000 == 999
                             ? std::optional(Error{Errc::damaged, "a stretch is unreadable"})
                             : std::nullopt;
            must(writer.add_item(item));
        }
        must(writer.commit());
    }
}

// Two pictures a group.
void fill_groups(Case& file) {
    std::vector<std::vector<RowId>> groups;
    must(file.database().each("SELECT c.id FROM contents c WHERE c.family = 'picture' "
                              "ORDER BY c.id",
                              [&](Row& row) -> Result<void> {
                                  RowId content = 0;
                                  row.take(content);
                                  if (groups.empty() || groups.back().size() == 2) {
                                      groups.emplace_back();
                                  }
                                  groups.back().push_back(content);
                                  return {};
                              }));
    must(set_groups(file, groups, [](std::span<const MediaView> members) {
        GroupWorth worth;
        worth.representative = members.front().content;
        worth.unknown_members = members.size();
        worth.points = 10;
        worth.reasons = {{"no list knows it", 10, "lists"}};
        return worth;
    }));
}

BenchCase& large_case(Store store) {
    static std::map<Store, std::unique_ptr<BenchCase>> made;
    auto& bench = made[store];
    if (bench) {
        return *bench;
    }
    bench = std::make_unique<BenchCase>(store);
    Lists lists;
    lists.noted = add_list(bench->file(), "noted", "note", kNoted);
    lists.alerted = add_list(bench->file(), "alerted", "alert", kAlerted);
    lists.first_noted = 1;
    lists.first_alerted = static_cast<RowId>(kNoted) + 1;
    for (std::uint64_t i = 0; i < kExhibits; ++i) {
        fill_exhibit(*bench, lists, i, wanted_items() / kExhibits);
    }
    fill_groups(bench->file());
    if (store == Store::server) {
        must(bench->file().database().exec("VACUUM ANALYZE")); // as autovacuum does in a minute
    }
    return *bench;
}

// A connection of its own each time, as a command has: nothing is cached but by the system.
template <typename Ask>
void ask(benchmark::State& state, Store store, Ask&& ask_case) {
    BenchCase& bench = large_case(store);
    for (auto _ : state) {
        Case file = must(Case::open(bench.place(), Access::read));
        ask_case(file);
    }
}

void status(benchmark::State& state, Store store) {
    ask(state, store, [](Case& file) {
        for (const ExhibitRecord& exhibit : must(exhibits(file))) {
            benchmark::DoNotOptimize(must(totals(file, exhibit.id)));
            benchmark::DoNotOptimize(must(jobs_left(file, exhibit.id)));
        }
        benchmark::DoNotOptimize(must(workers(file)));
        benchmark::DoNotOptimize(must(job_counts(file)));
        benchmark::DoNotOptimize(must(failures(file)));
    });
}

void hits(benchmark::State& state, Store store) {
    ask(state, store, [](Case& file) {
        must(each_hit(file, [](const HitView&) { return Result<void>(); }, 50));
    });
}

void queue(benchmark::State& state, Store store) {
    ask(state, store, [](Case& file) {
        must(each_queued(file, [](const QueuedGroup&) { return Result<void>(); }, 50));
    });
}

void problems(benchmark::State& state, Store store) {
    std::uint64_t told = 0;
    ask(state, store, [&](Case& file) {
        told = 0;
        must(each_problem(file, [&](const ItemView&) {
            ++told;
            return Result<void>();
        }));
    });
    state.counters["told"] = static_cast<double>(told);
}

void all_hits(benchmark::State& state, Store store) {
    std::uint64_t told = 0;
    ask(state, store, [&](Case& file) {
        told = 0;
        must(each_hit(file, [&](const HitView&) {
            ++told;
            return Result<void>();
        }));
    });
    state.counters["told"] = static_cast<double>(told);
}

void write(benchmark::State& state, Store store) {
    BenchCase& bench = large_case(store);
    static int exhibit = 0;
    Random random{4'711};
    IngestWriter writer =
        must(IngestWriter::open(bench.file(), bench.exhibit(fmt::format("more {}", ++exhibit))));
    for (auto _ : state) {
        write_items(writer, kBatch, kBatch, random);
        random.next();
    }
    state.counters["files/s"] = benchmark::Counter(static_cast<double>(kBatch),
                                                   benchmark::Counter::kIsIterationInvariantRate);
}

#define REMPART_ON_BOTH(name)                                                                      \
    BENCHMARK_CAPTURE(name, sqlite, Store::folder)->Unit(benchmark::kMillisecond)->UseRealTime();  \
    BENCHMARK_CAPTURE(name, postgresql, Store::server)->Unit(benchmark::kMillisecond)->UseRealTime()
REMPART_ON_BOTH(status);
REMPART_ON_BOTH(hits);
REMPART_ON_BOTH(queue);
REMPART_ON_BOTH(problems);
REMPART_ON_BOTH(all_hits);
REMPART_ON_BOTH(write);

} // namespace
