// SPDX-License-Identifier: Apache-2.0
// Videos beside FFmpeg's own program, in the same run: how many seconds of a video one second of
// CPU time looks at. Ours decodes, hashes in 8 orientations and draws the contact sheet; FFmpeg's
// decodes and throws away. Standard definition, H.264, two scenes a film.
//
//     ours_key_frames         the first pass, as an ingest does
//     ours_every_second       everything decoded, one frame a second hashed
//     ffmpeg_key_frames       ffmpeg -skip_frame nokey
//     ffmpeg_all              ffmpeg, every frame
#include <cstdlib>
#include <filesystem>
#include <string>

#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "media/video_worker/examine.hpp"

namespace {

using namespace rempart;

constexpr const char* kCommand = "ffmpeg -nostdin -v error -y ";

double cpu_seconds(int who) {
    rusage usage{};
    getrusage(who, &usage);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

/// A film of 60 s, or one of the shared ones; "" if it cannot be had.
std::string film(const std::string& name) {
    if (name != "drawn") {
        const char* shared = std::getenv("REMPART_SHARED"); // NOLINT(concurrency-mt-unsafe)
        const auto path = std::filesystem::path(shared == nullptr ? "../shared" : shared) /
                          "samples/pdq/videos" / name;
        return std::filesystem::exists(path) ? path.string() : "";
    }
    const auto path = std::filesystem::temp_directory_path() / "rempart-video-bench.mp4";
    const std::string make =
        std::string(kCommand) +
        "-filter_complex 'mandelbrot=s=720x576:r=25:maxiter=256,trim=duration=30[a];"
        "testsrc2=s=720x576:r=25:d=30[b];[a][b]concat=n=2:v=1:a=0,noise=alls=6:allf=t' "
        "-c:v libx264 -preset veryfast -crf 23 -g 50 " +
        path.string();
    const bool there = std::filesystem::exists(path) || std::system(make.c_str()) == 0;
    return there ? path.string() : "";
}

void look(benchmark::State& state, const std::string& name, media::Sampling sampling) {
    const std::string path = film(name);
    if (path.empty() || !media::start_video_decoders()) {
        state.SkipWithError("no film");
        return;
    }
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    media::VideoRequest request;
    request.sampling = sampling;
    double seconds = 0, frames = 0, used = 0;
    for (auto _ : state) {
        const double before = cpu_seconds(RUSAGE_SELF);
        const auto facts = media::examine_video(file, request);
        const double taken = cpu_seconds(RUSAGE_SELF) - before;
        state.SetIterationTime(taken);
        used += taken;
        seconds += facts ? static_cast<double>(facts->duration_ms) / 1000 : 0;
        frames += facts ? static_cast<double>(facts->decoded_frames) : 0;
    }
    ::close(file);
    state.counters["x_real_time"] = seconds / used;
    state.counters["frames_hashed"] = frames / static_cast<double>(state.iterations());
}

void peer(benchmark::State& state, const std::string& name, const std::string& options) {
    const std::string path = film(name);
    if (path.empty()) {
        state.SkipWithError("no film");
        return;
    }
    media::VideoRequest request;
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    const auto facts = media::examine_video(file, request);
    ::close(file);
    const double length = facts ? static_cast<double>(facts->duration_ms) / 1000 : 0;
    const std::string command =
        kCommand + std::string("-threads 1 ") + options + " -i " + path + " -an -f null -";
    double used = 0;
    for (auto _ : state) {
        const double before = cpu_seconds(RUSAGE_CHILDREN);
        if (std::system(command.c_str()) != 0) {
            state.SkipWithError("no ffmpeg");
            return;
        }
        const double taken = cpu_seconds(RUSAGE_CHILDREN) - before;
        state.SetIterationTime(taken);
        used += taken;
    }
    state.counters["x_real_time"] = length * static_cast<double>(state.iterations()) / used;
}

void register_all() {
    for (const std::string name : {"drawn", "chair-20-sd-bar.mp4", "chair-22-sd-grey-bar.mp4"}) {
        const auto add = [&](const std::string& what, auto&& run) {
            benchmark::RegisterBenchmark((what + "/" + name).c_str(), run)
                ->UseManualTime()
                ->Iterations(3)
                ->Unit(benchmark::kMillisecond);
        };
        add("ours_key_frames",
            [name](benchmark::State& state) { look(state, name, media::Sampling::key_frames); });
        add("ours_every_second",
            [name](benchmark::State& state) { look(state, name, media::Sampling::every_second); });
        add("ffmpeg_key_frames",
            [name](benchmark::State& state) { peer(state, name, "-skip_frame nokey"); });
        add("ffmpeg_all", [name](benchmark::State& state) { peer(state, name, ""); });
    }
}

const bool kRegistered = (register_all(), true);

} // namespace
