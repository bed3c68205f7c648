// SPDX-License-Identifier: Apache-2.0
// Lists through the confined list_reader, from a file to a caller that takes each hash, in hashes a
// second of wall time (two processes: the child reads, this one checks).
//   BM_PlainList   a SHA-1 a line
//   BM_Nsrl2List   lines of NSRLFile.txt: SHA-1 and MD5
//   BM_Nsrl3List   rows of an NSRL RDS 3 minimal set: SHA-256, SHA-1 and MD5, 200 bytes a row
// Counters: rows a second, and how long 97 million such rows would take.
#include <filesystem>
#include <fstream>
#include <random>
#include <string>

#include <benchmark/benchmark.h>
#include <sqlite3.h>
#include <unistd.h>

#include "rempart/core/fd.hpp"
#include "rempart/pipeline/read_list.hpp"

namespace rempart::pipeline {
namespace {

constexpr std::int64_t kRows = 1'000'000;

std::string digits(std::mt19937_64& rng, std::size_t count) {
    std::string text;
    text.reserve(count + 16);
    while (text.size() < count) {
        std::uint64_t word = rng();
        for (int i = 0; i < 16; ++i, word >>= 4) {
            text += "0123456789ABCDEF"[word % 16];
        }
    }
    text.resize(count);
    return text;
}

/// A file of generated rows, removed at the end.
class GeneratedList {
  public:
    explicit GeneratedList(const char* name)
        : path_(std::filesystem::temp_directory_path() /
                (std::string(name) + '-' + std::to_string(::getpid()))) {}
    ~GeneratedList() { std::filesystem::remove(path_); }
    GeneratedList(const GeneratedList&) = delete;
    GeneratedList& operator=(const GeneratedList&) = delete;
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  private:
    std::filesystem::path path_;
};

template <typename MakeLine>
void write_lines(const std::filesystem::path& path, const std::string& head,
                 const MakeLine& make_line) {
    std::mt19937_64 rng(1);
    std::ofstream file(path, std::ios::binary);
    file << head;
    for (std::int64_t i = 0; i < kRows; ++i) {
        file << make_line(rng, i);
    }
}

void write_database(const std::filesystem::path& path) {
    sqlite3* database = nullptr;
    sqlite3_open(path.c_str(), &database);
    sqlite3_exec(database,
                 "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;"
                 "CREATE TABLE FILE (sha256 VARCHAR, sha1 VARCHAR, md5 VARCHAR, crc32 VARCHAR,"
                 " file_name VARCHAR, file_size INTEGER, package_id INTEGER); BEGIN",
                 nullptr, nullptr, nullptr);
    sqlite3_stmt* insert = nullptr;
    sqlite3_prepare_v2(database, "INSERT INTO FILE VALUES (?,?,?,'00000000',?,1234,567)", -1,
                       &insert, nullptr);
    std::mt19937_64 rng(1);
    for (std::int64_t i = 0; i < kRows; ++i) {
        const std::array values{digits(rng, 64), digits(rng, 40), digits(rng, 32),
                                "file " + std::to_string(i) + ".dll"};
        for (std::size_t column = 0; column < values.size(); ++column) {
            sqlite3_bind_text(insert, static_cast<int>(column) + 1, values[column].data(),
                              static_cast<int>(values[column].size()), SQLITE_STATIC);
        }
        sqlite3_step(insert);
        sqlite3_reset(insert);
    }
    sqlite3_finalize(insert);
    sqlite3_exec(database, "COMMIT", nullptr, nullptr, nullptr);
    sqlite3_close(database);
}

void read_whole(benchmark::State& state, const std::filesystem::path& path,
                std::optional<recognise::HashKind> kind, std::int64_t hashes_a_row) {
    const auto file = open_read_only(path);
    ListReaderConfig config;
    config.program = std::filesystem::path(REMPART_LIBEXEC_DIR) / "list_reader";
    recognise::HashListOptions options;
    options.kind = kind;
    for (auto _ : state) {
        std::uint64_t sum = 0;
        const auto read = read_list(file->get(), nullptr, options, config,
                                    [&](recognise::ListedHash&& hash) -> Result<void> {
                                        sum += std::to_integer<std::uint64_t>(hash.bytes[0]);
                                        return {};
                                    });
        if (!read || read->summary.hashes != static_cast<std::uint64_t>(kRows * hashes_a_row)) {
            state.SkipWithError("not read whole");
            return;
        }
        benchmark::DoNotOptimize(sum);
    }
    const auto rows = static_cast<double>(state.iterations() * kRows);
    state.SetItemsProcessed(state.iterations() * kRows * hashes_a_row);
    state.counters["rows/s"] = benchmark::Counter(rows, benchmark::Counter::kIsRate);
    state.counters["s of 97 M"] =
        benchmark::Counter(rows / 97e6, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

void BM_PlainList(benchmark::State& state) {
    const GeneratedList list("plain");
    write_lines(list.path(), "", [](auto& rng, std::int64_t) { return digits(rng, 40) + '\n'; });
    read_whole(state, list.path(), recognise::HashKind::sha1, 1);
}
BENCHMARK(BM_PlainList)->Unit(benchmark::kMillisecond)->UseRealTime();

void BM_Nsrl2List(benchmark::State& state) {
    const GeneratedList list("nsrl2");
    write_lines(list.path(),
                R"("SHA-1","MD5","CRC32","FileName","FileSize","ProductCode","OpSystemCode",)"
                R"("SpecialCode")"
                "\r\n",
                [](auto& rng, std::int64_t i) {
                    return '"' + digits(rng, 40) + "\",\"" + digits(rng, 32) +
                           R"(","00000000","file )" + std::to_string(i) +
                           R"(.dll",1234,567,"WIN","")" + "\r\n";
                });
    read_whole(state, list.path(), std::nullopt, 2);
}
BENCHMARK(BM_Nsrl2List)->Unit(benchmark::kMillisecond)->UseRealTime();

void BM_Nsrl3List(benchmark::State& state) {
    const GeneratedList list("nsrl3");
    write_database(list.path());
    read_whole(state, list.path(), std::nullopt, 3);
}
BENCHMARK(BM_Nsrl3List)->Unit(benchmark::kMillisecond)->UseRealTime();

} // namespace
} // namespace rempart::pipeline
