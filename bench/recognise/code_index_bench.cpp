// SPDX-License-Identifier: Apache-2.0
// Exact search among unlike codes with planted neighbours, half of them at exactly 31 bits, and the
// peer beside it. One thread; each query is asked once a round.
//   BM_FaissMultiHash   Debian's libfaiss, IndexBinaryMultiHash of 16 bands of 16 bits, one flip:
//                       exact at 31 bits, and what Hasher-Matcher-Actioner uses for PDQ
//   BM_Find             a snapshot file, mapped; BM_FindResident: in memory, in huge pages
//   BM_FindClustered    a million codes in 1,000 clusters: 40 bits around each centre
//   BM_Scan             each code looked at, 64 queries at once: the other exact method
//   BM_Build, BM_Open   from codes in memory to a file that is synced; opening it
// Counters: recall (1: all planted neighbours were found), found a query, bytes (file).
// REMPART_BENCH_LARGE=40,100 adds millions of codes (5 and 10 GB of disk and of page cache);
// REMPART_BENCH_PEER_10M=1 the peer at 10 million (3 GB of memory, half a minute to build).
// REMPART_BENCH_DIR: where the files go, instead of the temporary directory.
#include <faiss/IndexBinaryHash.h>
#include <faiss/impl/AuxIndexStructures.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>
#include <omp.h>

#include "rempart/recognise/code_index_builder.hpp"

namespace rempart::recognise {
namespace {

// xoshiro256** (Blackman, Vigna, 2018): the standard library's takes longer than the build.
class Random {
  public:
    explicit Random(std::uint64_t seed) {
        for (std::uint64_t& word : state_) { // splitmix64
            std::uint64_t z = seed += 0x9E3779B97F4A7C15U;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
            word = z ^ (z >> 31);
        }
    }
    std::uint64_t operator()() {
        const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
        const std::uint64_t shifted = state_[1] << 17;
        state_[2] ^= state_[0];
        state_[3] ^= state_[1];
        state_[1] ^= state_[2];
        state_[0] ^= state_[3];
        state_[2] ^= shifted;
        state_[3] = std::rotl(state_[3], 45);
        return result;
    }
    PdqHash code() {
        const std::uint64_t a = (*this)();
        const std::uint64_t b = (*this)();
        const std::uint64_t c = (*this)();
        return PdqHash({a, b, c, (*this)()});
    }

  private:
    std::array<std::uint64_t, 4> state_{};
};

PdqHash changed(const PdqHash& code, int bits, Random& random) {
    auto words = code.words();
    auto done = PdqHash().words();
    while (bits > 0) {
        const std::uint64_t place = random() % 256;
        const std::uint64_t bit = std::uint64_t{1} << (place % 64);
        if ((done[place / 64] & bit) == 0) {
            done[place / 64] |= bit;
            words[place / 64] ^= bit;
            --bits;
        }
    }
    return PdqHash(words);
}

constexpr std::size_t kQueries = 2'000;

// Codes that can be made again one by one, so that those of 100 million need not be kept.
template <typename Take>
void each_code(std::size_t count, Take&& take) {
    Random random(count);
    for (std::size_t i = 0; i < count; ++i) {
        take(i, random.code());
    }
}

struct Planted {
    std::vector<PdqHash> queries;
    std::vector<std::uint64_t> rows; ///< Which code is near.
};

Planted planted_among(std::size_t count) {
    Planted planted;
    std::map<std::uint64_t, std::size_t> at;
    Random random(99);
    for (std::size_t i = 0; i < kQueries; ++i) {
        planted.rows.push_back(random() % count);
        at.emplace(planted.rows.back(), i);
    }
    planted.queries.resize(kQueries);
    std::vector<PdqHash> codes(kQueries);
    each_code(count, [&](std::size_t row, PdqHash code) {
        if (at.contains(row)) {
            codes[at[row]] = code;
        }
    });
    for (std::size_t i = 0; i < kQueries; ++i) {
        const int bits = i % 2 == 1 ? 31 : static_cast<int>(i / 2 % 32);
        planted.queries[i] = changed(codes[at[planted.rows[i]]], bits, random);
    }
    return planted;
}

std::filesystem::path bench_file(const std::string& name) {
    const char* const dir = std::getenv("REMPART_BENCH_DIR");
    return (dir != nullptr ? std::filesystem::path(dir) : std::filesystem::temp_directory_path()) /
           ("rempart-bench-" + name);
}

unsigned bands_from_environment() {
    const char* const bands = std::getenv("REMPART_BENCH_BANDS");
    return bands != nullptr ? static_cast<unsigned>(std::atoi(bands)) : 0;
}

template <typename T>
T must(Result<T> result) {
    if (!result) {
        std::fprintf(stderr, "%s\n", result.error().message.c_str());
        std::abort();
    }
    return std::move(*result);
}
void must_do(const Result<void>& result) {
    if (!result) {
        std::fprintf(stderr, "%s\n", result.error().message.c_str());
        std::abort();
    }
}

// The file of the last size only: the largest takes 10 GB.
struct BenchFile {
    std::int64_t count = 0;
    std::filesystem::path path;
    Planted planted;
    BenchFile() = default;
    BenchFile(const BenchFile&) = delete;
    BenchFile& operator=(const BenchFile&) = delete;
    ~BenchFile() { remove(); }
    void remove() const {
        if (!path.empty()) {
            std::filesystem::remove(path);
        }
    }
};

void build_file(std::int64_t count, const std::filesystem::path& path) {
    CodeIndexBuilder builder(
        {.memory_limit_bytes = std::size_t{1} << 30, .bands = bands_from_environment()});
    each_code(static_cast<std::size_t>(count), [&](std::size_t row, PdqHash code) {
        must_do(builder.add(code, {.list = 1, .row = row}));
    });
    must_do(std::move(builder).write(path));
}

const BenchFile& file_of(std::int64_t count) {
    static BenchFile file;
    if (file.count != count) {
        file.remove();
        file.count = count;
        file.path = bench_file(std::to_string(count));
        build_file(count, file.path);
        file.planted = planted_among(static_cast<std::size_t>(count));
    }
    return file;
}

void report(benchmark::State& state, std::size_t asked, std::size_t found, double recall) {
    state.counters["queries/s"] =
        benchmark::Counter(static_cast<double>(asked), benchmark::Counter::kIsRate);
    state.counters["found"] = static_cast<double>(found) / static_cast<double>(asked);
    state.counters["recall"] = recall;
}

void find_planted(benchmark::State& state, const CodeIndex& index, const Planted& planted) {
    CodeScratch scratch;
    std::vector<CodeMatch> matches;
    std::vector<CodeRow> rows;
    std::size_t asked = 0;
    std::size_t found = 0;
    std::size_t recalled = 0;
    for (auto _ : state) {
        const std::size_t query = asked++ % kQueries;
        must_do(index.find_within(planted.queries[query], 31, matches, scratch));
        found += matches.size();
        rows.clear();
        for (const CodeMatch& match : matches) {
            must_do(index.append_rows(match.code, rows));
        }
        recalled += std::ranges::any_of(
                        rows, [&](const CodeRow& row) { return row.row == planted.rows[query]; })
                        ? 1U
                        : 0U;
    }
    report(state, asked, found, static_cast<double>(recalled) / static_cast<double>(asked));
    state.counters["bytes"] = static_cast<double>(index.bytes());
    state.counters["bands"] = index.band_count();
}

void BM_Find(benchmark::State& state) {
    const BenchFile& file = file_of(state.range(0));
    const CodeIndex index = must(CodeIndex::open(file.path));
    must_do(index.verify()); // what the first queries would do otherwise
    find_planted(state, index, file.planted);
}

void BM_FindResident(benchmark::State& state) {
    const BenchFile& file = file_of(state.range(0));
    const CodeIndex index =
        must(CodeIndex::open(file.path, {.loading = CodeIndex::Loading::resident}));
    find_planted(state, index, file.planted);
}

void BM_Open(benchmark::State& state) {
    const BenchFile& file = file_of(state.range(0));
    for (auto _ : state) {
        benchmark::DoNotOptimize(must(CodeIndex::open(file.path)).size());
    }
}

void BM_Scan(benchmark::State& state) {
    const BenchFile& file = file_of(state.range(0));
    const CodeIndex index = must(CodeIndex::open(file.path));
    must_do(index.verify());
    const auto queries = std::span(file.planted.queries).first(64);
    std::size_t asked = 0;
    std::size_t found = 0;
    for (auto _ : state) {
        found += must(index.scan_within(queries, 31)).size();
        asked += queries.size();
    }
    report(state, asked, found, 1);
}

void BM_Build(benchmark::State& state) {
    std::vector<PdqHash> codes;
    each_code(static_cast<std::size_t>(state.range(0)),
              [&](std::size_t, PdqHash code) { codes.push_back(code); });
    const auto path = bench_file("build");
    for (auto _ : state) {
        CodeIndexBuilder builder({.bands = bands_from_environment()});
        for (std::uint64_t row = 0; row < codes.size(); ++row) {
            must_do(builder.add(codes[row], {.list = 1, .row = row}));
        }
        must_do(std::move(builder).write(path));
    }
    state.counters["bytes"] = static_cast<double>(std::filesystem::file_size(path));
    std::filesystem::remove(path);
}

void BM_FindClustered(benchmark::State& state) {
    Random random(7);
    std::vector<PdqHash> centres(1'000);
    std::ranges::generate(centres, [&] { return random.code(); });
    CodeIndexBuilder builder;
    for (std::int64_t row = 0; row < state.range(0); ++row) {
        must_do(builder.add(changed(centres[random() % centres.size()], 20, random),
                            {.list = 1, .row = static_cast<std::uint64_t>(row)}));
    }
    const CodeIndex index = must(std::move(builder).build());
    CodeScratch scratch;
    std::vector<CodeMatch> matches;
    std::size_t asked = 0;
    std::size_t found = 0;
    for (auto _ : state) {
        must_do(
            index.find_within(changed(centres[asked++ % 1'000], 8, random), 31, matches, scratch));
        found += matches.size();
    }
    report(state, asked, found, 1);
}

void BM_FaissMultiHash(benchmark::State& state) {
    omp_set_num_threads(1);
    const auto count = static_cast<std::size_t>(state.range(0));
    const auto bytes_of = [](const std::vector<PdqHash>& codes) {
        return reinterpret_cast<const std::uint8_t*>(codes.data());
    };
    static std::map<std::size_t, std::unique_ptr<faiss::IndexBinaryMultiHash>> built;
    auto& index = built[count];
    if (!index) {
        std::vector<PdqHash> codes;
        each_code(count, [&](std::size_t, PdqHash code) { codes.push_back(code); });
        index = std::make_unique<faiss::IndexBinaryMultiHash>(256, 16, 16);
        index->nflip = 1;
        index->add(static_cast<faiss::Index::idx_t>(count), bytes_of(codes));
    }
    const Planted planted = planted_among(count);
    std::size_t asked = 0;
    std::size_t found = 0;
    std::size_t recalled = 0;
    for (auto _ : state) {
        const std::size_t query = asked++ % kQueries;
        faiss::RangeSearchResult result(1);
        index->range_search(1, bytes_of(planted.queries) + query * 32, 32, &result); // below 32
        found += result.lims[1];
        const std::span labels(result.labels, result.lims[1]);
        const auto planted_row = static_cast<faiss::Index::idx_t>(planted.rows[query]);
        recalled += std::ranges::find(labels, planted_row) != labels.end() ? 1U : 0U;
    }
    report(state, asked, found, static_cast<double>(recalled) / static_cast<double>(asked));
}

// By size, so that one file serves all that is asked of it.
const int kRegistered = [] {
    std::vector<std::int64_t> millions{1, 10};
    if (const char* const large = std::getenv("REMPART_BENCH_LARGE"); large != nullptr) {
        for (const char* at = large; *at != '\0';) {
            char* end = nullptr;
            millions.push_back(std::strtol(at, &end, 10));
            at = *end == ',' ? end + 1 : end;
        }
    }
    for (const std::int64_t size : millions) {
        const std::int64_t codes = size * 1'000'000;
        if (size == 1 || (size == 10 && std::getenv("REMPART_BENCH_PEER_10M") != nullptr)) {
            benchmark::RegisterBenchmark("BM_FaissMultiHash", BM_FaissMultiHash)
                ->Arg(codes)
                ->Unit(benchmark::kMillisecond);
        }
        benchmark::RegisterBenchmark("BM_Find", BM_Find)->Arg(codes)->Unit(benchmark::kMillisecond);
        if (size <= 40) {
            benchmark::RegisterBenchmark("BM_FindResident", BM_FindResident)
                ->Arg(codes)
                ->Unit(benchmark::kMillisecond);
        }
        benchmark::RegisterBenchmark("BM_Open", BM_Open)->Arg(codes)->Unit(benchmark::kMillisecond);
        benchmark::RegisterBenchmark("BM_Scan", BM_Scan)->Arg(codes)->Unit(benchmark::kMillisecond);
        if (size <= 10) {
            benchmark::RegisterBenchmark("BM_Build", BM_Build)
                ->Arg(codes)
                ->Iterations(1)
                ->Unit(benchmark::kMillisecond);
        }
    }
    benchmark::RegisterBenchmark("BM_FindClustered", BM_FindClustered)
        ->Arg(1'000'000)
        ->Unit(benchmark::kMillisecond);
    return 0;
}();

} // namespace
} // namespace rempart::recognise
