// SPDX-License-Identifier: Apache-2.0
// What the item stream itself costs, and a walk over a real image.
//
//   Stream/FILES/BYTES   a reader in a child that tells FILES items of BYTES bytes it has at hand;
//                        the parent drains them and reads nothing
//   Disk                 open_disk over the image that REMPART_BENCH_IMAGE names (skipped without)
//
// "cpu_s" is the CPU time of parent and child together, in seconds a walk.
#include <cstdlib>
#include <filesystem>

#include <benchmark/benchmark.h>
#include <sys/resource.h>
#include <unistd.h>

#include "examine/item_stream_writer.hpp"
#include "examine/resilient_source.hpp"
#include "rempart/core/wire.hpp"

namespace rempart::examine {
namespace {

Result<void> tell_files(ByteView body, const std::vector<UniqueFd>& /*descriptors*/,
                        ItemStreamWriter& writer) {
    WireReader in(body);
    const std::uint64_t files = in.u64();
    const std::uint64_t bytes = in.u64();
    ItemHead head;
    head.size_bytes = bytes;
    head.times.modified = TimeValue::utc(1'700'000'000);
    for (std::uint64_t i = 0; i < files; ++i) {
        head.path = "some/folder/of/the/evidence/file" + std::to_string(i);
        const Result<bool> begun = writer.begin(head);
        if (!begun) {
            return fail(begun.error());
        }
        for (std::uint64_t done = 0; done < bytes;) {
            const Result<std::span<std::byte>> room = writer.room();
            if (!room) {
                return fail(room.error());
            }
            const std::size_t size = std::min<std::uint64_t>(room->size(), bytes - done);
            if (Result<void> wrote = writer.wrote(size); !wrote) {
                return wrote;
            }
            done += size;
        }
        if (Result<void> ended = writer.end({}); !ended) {
            return ended;
        }
    }
    return writer.finish({});
}

double cpu_seconds() {
    double sum = 0;
    for (const auto who : {RUSAGE_SELF, RUSAGE_CHILDREN}) {
        rusage usage{};
        ::getrusage(who, &usage);
        sum += static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
               static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
    }
    return sum;
}

/// Drains and destroys the source; its child's CPU time counts only after that.
std::uint64_t drain(Result<std::unique_ptr<Source>> source, benchmark::State& state) {
    std::uint64_t items = 0;
    for (bool more = source.has_value(); more;) {
        const Result<Event> event = (*source)->next();
        if (!event) {
            state.SkipWithError(event.error().message.c_str());
            return items;
        }
        items += std::holds_alternative<ItemBegin>(*event) ? 1U : 0U;
        more = !std::holds_alternative<SourceEnd>(*event);
    }
    return items;
}

void stream(benchmark::State& state) {
    const auto folder = std::filesystem::temp_directory_path() /
                        ("rempart-stream-bench-" + std::to_string(::getpid()));
    std::filesystem::create_directory(folder);
    std::filesystem::create_symlink(std::filesystem::read_symlink("/proc/self/exe"),
                                    folder / "bench_reader");
    double cpu_s = 0;
    for ([[maybe_unused]] auto _ : state) {
        WireWriter body;
        body.u64(static_cast<std::uint64_t>(state.range(0)));
        body.u64(static_cast<std::uint64_t>(state.range(1)));
        ReaderRequest request;
        request.role = "bench_reader";
        request.body = body.take();
        const double before = cpu_seconds();
        drain(ResilientSource::open(std::move(request), {.libexec_dir = folder, .limits = {}}, {}),
              state);
        cpu_s += cpu_seconds() - before;
    }
    std::filesystem::remove_all(folder);
    state.counters["cpu_s"] = cpu_s / static_cast<double>(state.iterations());
    state.SetBytesProcessed(state.iterations() * state.range(0) * state.range(1));
    state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(stream)
    ->Args({87'440, 20'000})
    ->Args({1'000, 2'000'000})
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

void disk(benchmark::State& state) {
    const char* image = std::getenv("REMPART_BENCH_IMAGE"); // NOLINT(concurrency-mt-unsafe)
    if (image == nullptr) {
        state.SkipWithError("REMPART_BENCH_IMAGE names no image");
        return;
    }
    const Result<ExhibitPlan> plan = plan_exhibit(image);
    double cpu_s = 0;
    std::uint64_t items = 0;
    for ([[maybe_unused]] auto _ : state) {
        const double before = cpu_seconds();
        items +=
            drain(open_disk(*plan, {.libexec_dir = REMPART_LIBEXEC_DIR, .limits = {}}, {}), state);
        cpu_s += cpu_seconds() - before;
    }
    state.counters["cpu_s"] = cpu_s / static_cast<double>(state.iterations());
    state.SetItemsProcessed(static_cast<std::int64_t>(items));
}
BENCHMARK(disk)->UseRealTime()->Unit(benchmark::kMillisecond);

} // namespace

int play_reader() {
    return serve_stream(tell_files);
}

} // namespace rempart::examine

int main(int argc, char** argv) {
    if (argc > 0 && std::filesystem::path(argv[0]).filename() == "bench_reader") {
        return rempart::examine::play_reader();
    }
    benchmark::Initialize(&argc, argv);
    benchmark::RunSpecifiedBenchmarks();
    return 0;
}
