// SPDX-License-Identifier: Apache-2.0
/// Rows into a case, as an ingest writes them.
///   ingest/N/B     N small files with N distinct contents, a commit each B items
///   ingest_known/N the same items where every content is stored already
///   messages/N     N chat messages, a commit each 2,000
///   list/N         a list of N digests
///   find_first/N   the first `find` over N items: makes the word index
#include <benchmark/benchmark.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "rempart/casefile/case.hpp"
#include "rempart/casefile/chats.hpp"
#include "rempart/casefile/evidence.hpp"
#include "rempart/casefile/lists.hpp"

namespace {

using namespace rempart;
using namespace rempart::casefile;

// xorshift64*: digests must be spread, because their index takes them in any order.
struct Random {
    std::uint64_t state = 88'172'645'463'325'252U;
    std::uint64_t next() {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        return state * 2'685'821'657'736'338'717U;
    }
    template <std::size_t N>
    void fill(std::array<std::byte, N>& out) {
        for (std::byte& byte : out) {
            byte = static_cast<std::byte>(next() >> 56);
        }
    }
};

template <typename T>
T must(Result<T> result) {
    if (!result) {
        fmt::print(stderr, "{}\n", result.error().message);
        std::abort();
    }
    if constexpr (!std::is_void_v<T>) {
        return std::move(*result);
    }
}

class BenchCase {
  public:
    BenchCase() {
        std::string name = (std::filesystem::temp_directory_path() / "rempart-bench-XXXXXX");
        if (::mkdtemp(name.data()) == nullptr) {
            std::abort();
        }
        folder_ = name;
        CaseInfo info;
        info.name = info.authority = info.legal_basis = info.purpose = "bench";
        info.review_date = "2030-01-01";
        info.created = TimeValue::utc(0);
        file_.emplace(must(Case::create(folder_ / "case", info)));
    }
    BenchCase(const BenchCase&) = delete;
    BenchCase& operator=(const BenchCase&) = delete;
    ~BenchCase() {
        file_.reset();
        std::error_code ignored;
        std::filesystem::remove_all(folder_, ignored);
    }
    Case& file() { return *file_; }
    RowId exhibit(const std::string& label) {
        ExhibitRecord record;
        record.label = label;
        return must(add_exhibit(*file_, record));
    }
    [[nodiscard]] double megabytes() const {
        return static_cast<double>(std::filesystem::file_size(folder_ / "case" / "case.sqlite")) /
               1e6;
    }

  private:
    std::filesystem::path folder_;
    std::optional<Case> file_;
};

void write_items(IngestWriter& writer, std::uint64_t count, std::uint64_t batch) {
    Random random;
    ContentRecord content;
    content.type = "txt";
    content.mime = "text/plain";
    content.family = "text";
    ItemRecord item;
    item.kind = "file";
    item.state = "allocated";
    item.modified = item.accessed = item.changed = TimeValue::utc(1'700'000'000);
    for (std::uint64_t i = 0; i < count; ++i) {
        random.fill(content.sha256);
        random.fill(content.sha1);
        random.fill(content.md5);
        content.size_bytes = item.size_bytes = 20'000;
        const auto known = must(writer.find_content(content.sha256));
        item.content = known ? *known : must(writer.add_content(content));
        item.seq = i;
        item.path = fmt::format("home/user/projects/module-{:03}/src/part{:02}/file_{:06}.txt",
                                i / 500, i / 25 % 20, i);
        must(writer.add_item(item));
        if ((i + 1) % batch == 0) {
            must(writer.commit());
        }
    }
    must(writer.commit());
}

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

void list(benchmark::State& state) {
    for (auto _ : state) {
        state.PauseTiming();
        std::optional<BenchCase> bench(std::in_place);
        state.ResumeTiming();
        ListRecord record;
        record.name = "list";
        record.polarity = "note";
        Random random;
        std::array<std::byte, 32> value{};
        ListWriter writer = must(ListWriter::begin(bench->file(), record));
        ListEntryRecord entry;
        entry.algorithm = "sha256";
        for (std::int64_t i = 0; i < state.range(0); ++i) {
            random.fill(value);
            entry.value.assign(value.begin(), value.end());
            entry.entry = static_cast<std::uint64_t>(i) + 1;
            must(writer.add(entry));
        }
        must(writer.finish(record));
        state.PauseTiming();
        {
            const ListWriter gone = std::move(writer);
        }
        state.counters["MB"] = bench->megabytes();
        bench.reset();
        state.ResumeTiming();
    }
    set_rate(state, state.range(0));
}
BENCHMARK(list)->Arg(1'000'000)->Unit(benchmark::kMillisecond)->Iterations(1);

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
