// SPDX-License-Identifier: Apache-2.0
// Sets of random SHA-1, and LMDB with the same keys in the same run.
//   BM_Build            add, sort, write, sync; peak_MB is of the process that did it
//   BM_Find             hits (1) or misses (0), asked in batches, keys mapped (0) or in memory (1);
//                       bytes_a_key is that of the file
//   BM_FindRows         hits, and the rows they stand in
//   BM_FindOne          the same one by one
//   BM_FindCold         the first look-ups after opening: chunks are read and compared
//   BM_Open, BM_Verify
//   BM_Compare          two sets in order: what is new in the second
//   BM_BuildLmdb, BM_FindLmdb   sorted keys appended (MDB_APPEND), read with MDB_NORDAHEAD
// 10 million keys, or REMPART_BENCH_KEYS. The files lie in TMPDIR, and go in the end.
#include "rempart/recognise/hash_set.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <benchmark/benchmark.h>
#include <lmdb.h>

#include "rempart/recognise/hash_set_builder.hpp"
#include "rempart/recognise/set_algebra.hpp"

namespace rempart::recognise {
namespace {

using Key = std::array<std::byte, 20>;
constexpr std::size_t kQueries = std::size_t{1} << 21U;
constexpr std::size_t kBatch = 1024;

std::uint64_t key_count() {
    const char* const asked = std::getenv("REMPART_BENCH_KEYS");
    return asked != nullptr ? std::strtoull(asked, nullptr, 10) : 10'000'000;
}

std::uint64_t mixed(std::uint64_t x) { // SplitMix64, S. Vigna (public domain)
    x += 0x9e3779b97f4a7c15ULL;
    x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9ULL;
    x = (x ^ (x >> 27U)) * 0x94d049bb133111ebULL;
    return x ^ (x >> 31U);
}

Key key_of(std::uint64_t number) {
    Key key;
    const std::array<std::uint64_t, 3> words{mixed(3 * number), mixed(3 * number + 1),
                                             mixed(3 * number + 2)};
    std::memcpy(key.data(), words.data(), key.size());
    return key;
}

// A folder that goes with the program.
class Folder {
  public:
    Folder() {
        std::string name = (std::filesystem::temp_directory_path() / "hash-set-XXXXXX").native();
        path = ::mkdtemp(name.data());
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder() { std::filesystem::remove_all(path); }
    std::filesystem::path path;
};

const std::filesystem::path& folder() {
    static const Folder made;
    return made.path;
}

bool build(const std::filesystem::path& path, std::uint64_t first, std::uint64_t count) {
    auto builder = HashSetBuilder::begin(path, {.kind = HashKind::sha1, .label = {}});
    for (std::uint64_t i = first; builder && i < first + count; ++i) {
        if (!builder->add(key_of(i), i)) {
            return false;
        }
    }
    return builder && builder->finish();
}

// Builds in a process of its own, so that its peak of memory is the build's.
struct BuildCost {
    double peak_mb, cpu_s;
};
BuildCost cost_of_build(const std::filesystem::path& path, std::uint64_t count) {
    const pid_t child = ::fork();
    if (child == 0) {
        ::_exit(build(path, 0, count) ? 0 : 1);
    }
    int status = 0;
    struct rusage usage{};
    ::wait4(child, &status, 0, &usage);
    const auto seconds = [](const struct timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return {.peak_mb = status == 0 ? static_cast<double>(usage.ru_maxrss) / 1024 : -1,
            .cpu_s = seconds(usage.ru_utime) + seconds(usage.ru_stime)};
}

std::filesystem::path set_path() {
    return folder() / "set";
}

const HashSet& set(HashSetOpening::Keys keys = HashSetOpening::Keys::mapped) {
    static std::array<std::optional<HashSet>, 2> sets;
    auto& opened = sets[static_cast<std::size_t>(keys)];
    if (!opened) {
        if (!std::filesystem::exists(set_path())) {
            build(set_path(), 0, key_count());
        }
        auto set = HashSet::open(set_path(), {.kind = HashKind::sha1, .id = {}, .keys = keys});
        if (!set) {
            std::abort();
        }
        opened.emplace(std::move(*set));
    }
    return *opened;
}

const std::vector<Key>& queries(bool hits) {
    const auto make = [](std::uint64_t from) {
        std::vector<Key> keys(kQueries);
        for (std::size_t i = 0; i < keys.size(); ++i) {
            keys[i] = key_of(from + mixed(i) % key_count());
        }
        return keys;
    };
    static const std::vector<Key> there = make(0);
    static const std::vector<Key> not_there = make(key_count() * 10);
    return hits ? there : not_there;
}

ByteView batch_of(const std::vector<Key>& keys, std::size_t at) {
    return std::as_bytes(std::span(keys).subspan(at % keys.size(), kBatch));
}

void per_second(benchmark::State& state, std::size_t each) {
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(each));
}

void BM_Build(benchmark::State& state) {
    for (auto _ : state) {
        const BuildCost cost = cost_of_build(set_path(), key_count());
        state.counters["peak_MB"] = cost.peak_mb;
        state.counters["cpu_s"] = cost.cpu_s;
    }
    per_second(state, key_count());
}
BENCHMARK(BM_Build)->Iterations(1)->UseRealTime()->Unit(benchmark::kSecond);

void BM_Find(benchmark::State& state) {
    const std::vector<Key>& keys = queries(state.range(0) == 1);
    const HashSet& asked = set(static_cast<HashSetOpening::Keys>(state.range(1)));
    std::vector<SetMatch> matches;
    for (std::size_t at = 0; at < keys.size(); at += kBatch) { // once, so that all is compared
        benchmark::DoNotOptimize(asked.find(batch_of(keys, at), matches));
    }
    std::size_t at = 0;
    for (auto _ : state) {
        matches.clear();
        benchmark::DoNotOptimize(asked.find(batch_of(keys, at), matches));
        at += kBatch;
    }
    if (matches.size() != (state.range(0) == 1 ? kBatch : 0)) {
        state.SkipWithError("a wrong answer");
    }
    per_second(state, kBatch);
    state.counters["bytes_a_key"] =
        static_cast<double>(set().info().file_bytes) / static_cast<double>(set().info().keys);
}
BENCHMARK(BM_Find)->Args({1, 0})->Args({0, 0})->Args({1, 1})->Args({0, 1});

void BM_FindRows(benchmark::State& state) {
    const std::vector<Key>& keys = queries(true);
    std::vector<SetMatch> matches;
    std::vector<SetRow> rows;
    for (std::size_t at = 0; at < keys.size(); at += kBatch) {
        benchmark::DoNotOptimize(set().find(batch_of(keys, at), matches));
    }
    benchmark::DoNotOptimize(set().rows(matches, rows));
    std::size_t at = 0;
    for (auto _ : state) {
        matches.clear();
        rows.clear();
        benchmark::DoNotOptimize(set().find(batch_of(keys, at), matches));
        benchmark::DoNotOptimize(set().rows(matches, rows));
        at += kBatch;
    }
    per_second(state, kBatch);
}
BENCHMARK(BM_FindRows);

void BM_FindOne(benchmark::State& state) {
    const std::vector<Key>& keys = queries(state.range(0) == 1);
    std::size_t at = 0;
    for (auto _ : state) {
        benchmark::DoNotOptimize(set().find(keys[at++ % keys.size()]));
    }
    per_second(state, 1);
}
BENCHMARK(BM_FindOne)->Arg(1)->Arg(0);

void BM_FindCold(benchmark::State& state) {
    const std::vector<Key>& keys = queries(true);
    std::vector<SetMatch> matches;
    benchmark::DoNotOptimize(set());
    for (auto _ : state) {
        state.PauseTiming();
        const auto fresh = HashSet::open(set_path());
        matches.clear();
        state.ResumeTiming();
        benchmark::DoNotOptimize(fresh->find(batch_of(keys, 0), matches));
    }
    per_second(state, kBatch);
}
BENCHMARK(BM_FindCold);

void BM_Open(benchmark::State& state) {
    benchmark::DoNotOptimize(set());
    for (auto _ : state) {
        benchmark::DoNotOptimize(HashSet::open(set_path()));
    }
}
BENCHMARK(BM_Open)->Unit(benchmark::kMillisecond);

void BM_Verify(benchmark::State& state) {
    for (auto _ : state) {
        if (!set().verify()) {
            state.SkipWithError("does not verify");
        }
    }
    per_second(state, key_count());
}
BENCHMARK(BM_Verify)->Iterations(1)->Unit(benchmark::kSecond);

void BM_Compare(benchmark::State& state) {
    const auto other_path = folder() / "other";
    if (!std::filesystem::exists(other_path)) {
        build(other_path, key_count() / 2, key_count() / 2 + 1000);
    }
    const auto other = HashSet::open(other_path);
    for (auto _ : state) {
        const auto counts = compare_sets(set(), *other);
        if (!counts || counts->only_second != 1000 + key_count() % 2) {
            state.SkipWithError("a wrong answer");
        }
    }
    per_second(state, key_count() + key_count() / 2);
}
BENCHMARK(BM_Compare)->Iterations(1)->Unit(benchmark::kSecond);

// One database of the same keys; values are the rows.
class Lmdb {
  public:
    Lmdb() {
        path_ = (folder() / "lmdb").native();
        mdb_env_create(&env_);
        mdb_env_set_mapsize(env_, key_count() * 80 + (std::size_t{64} << 20U));
        if (mdb_env_open(env_, path_.c_str(), MDB_NOSUBDIR | MDB_NORDAHEAD, 0600) != 0) {
            std::abort();
        }
    }
    Lmdb(const Lmdb&) = delete;
    Lmdb& operator=(const Lmdb&) = delete;
    ~Lmdb() {
        mdb_txn_abort(reading_);
        mdb_env_close(env_);
    }

    void fill() {
        std::vector<std::pair<Key, std::uint64_t>> sorted(key_count());
        for (std::uint64_t i = 0; i < sorted.size(); ++i) {
            sorted[i] = {key_of(i), i};
        }
        std::ranges::sort(sorted);
        MDB_txn* txn = nullptr;
        mdb_txn_begin(env_, nullptr, 0, &txn);
        mdb_dbi_open(txn, nullptr, 0, &dbi_);
        for (auto& [key, row] : sorted) {
            MDB_val k{key.size(), key.data()};
            MDB_val v{sizeof row, &row};
            mdb_put(txn, dbi_, &k, &v, MDB_APPEND);
        }
        mdb_txn_commit(txn);
        mdb_txn_begin(env_, nullptr, MDB_RDONLY, &reading_);
    }

    [[nodiscard]] bool holds(const Key& key) {
        MDB_val k{key.size(), const_cast<std::byte*>(key.data())};
        MDB_val v{};
        return mdb_get(reading_, dbi_, &k, &v) == 0;
    }

    [[nodiscard]] double bytes() const {
        return static_cast<double>(std::filesystem::file_size(path_));
    }

  private:
    std::string path_;
    MDB_env* env_ = nullptr;
    MDB_dbi dbi_{};
    MDB_txn* reading_ = nullptr;
};

std::unique_ptr<Lmdb>& lmdb() {
    static std::unique_ptr<Lmdb> database;
    return database;
}

void BM_BuildLmdb(benchmark::State& state) {
    benchmark::DoNotOptimize(folder());
    for (auto _ : state) {
        lmdb() = std::make_unique<Lmdb>();
        lmdb()->fill();
    }
    per_second(state, key_count());
}
BENCHMARK(BM_BuildLmdb)->Iterations(1)->UseRealTime()->Unit(benchmark::kSecond);

void BM_FindLmdb(benchmark::State& state) {
    const std::vector<Key>& keys = queries(state.range(0) == 1);
    if (!lmdb()) {
        lmdb() = std::make_unique<Lmdb>();
        lmdb()->fill();
    }
    for (const Key& key : keys) {
        benchmark::DoNotOptimize(lmdb()->holds(key));
    }
    std::size_t at = 0;
    for (auto _ : state) {
        if (lmdb()->holds(keys[at++ % keys.size()]) != (state.range(0) == 1)) {
            state.SkipWithError("a wrong answer");
        }
    }
    per_second(state, 1);
    state.counters["bytes_a_key"] = lmdb()->bytes() / static_cast<double>(key_count());
}
BENCHMARK(BM_FindLmdb)->Arg(1)->Arg(0);

} // namespace
} // namespace rempart::recognise
