// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Harmless videos, made by Debian's ffmpeg from its own drawn sources: fractals that differ from
/// scene to scene.

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "rempart/core/fd.hpp"
#include "rempart/media/video.hpp"
#include "support/temp_dir.hpp"

namespace rempart::media {

/// Runs ffmpeg. \param arguments for the shell, all of our own making.
inline void run_ffmpeg(const std::string& arguments) {
    const std::string command = "ffmpeg -nostdin -v error -y " + arguments;
    ASSERT_EQ(std::system(command.c_str()), 0) << command;
}

/// A graph of `count` scenes of `seconds` each, beginning with scene number `first`, as [out].
inline std::string scenes_graph(int first, int count, double seconds, int width = 320,
                                int height = 240, int rate = 25) {
    std::string graph, inputs;
    for (int i = 0; i < count; ++i) {
        const int n = first + i;
        // A neighbourhood of its own on the edge of the set, for every scene.
        const double angle = 0.61 * n + 0.3;
        const double x = -0.1 + 0.75 * std::cos(angle), y = 0.75 * std::sin(angle);
        graph += fmt::format("mandelbrot=s={}x{}:r={}:start_x={:.4f}:start_y={:.4f}:start_scale="
                             "{:.3f}:end_scale={:.3f}:end_pts=400:maxiter=512,trim=duration={},"
                             "setpts=PTS-STARTPTS[s{}];",
                             width, height, rate, x, y, 1.2 + 0.1 * (n % 5), 0.5, seconds, i);
        inputs += fmt::format("[s{}]", i);
    }
    return graph + fmt::format("{}concat=n={}:v=1:a=0[out]", inputs, count);
}

/// Makes `path` of scenes; `coding` is what follows the map: codec and options.
inline void make_scenes(const std::filesystem::path& path, int first, int count, double seconds,
                        const std::string& coding = "-c:v libx264 -preset veryfast -crf 20") {
    run_ffmpeg(fmt::format("-filter_complex '{}' -map '[out]' {} {}",
                           scenes_graph(first, count, seconds), coding, path.string()));
}

inline std::string bytes_of_file(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

inline UniqueFd video_in_memory(std::string_view bytes) {
    auto file = make_memory_file("video");
    EXPECT_TRUE(file);
    EXPECT_TRUE(write_all(file->get(), bytes_of(bytes)));
    return std::move(*file);
}

inline VideoPoolConfig video_pool_config(unsigned workers = 1) {
    return {.worker_program = std::filesystem::path(REMPART_LIBEXEC_DIR) / "video_worker",
            .workers = workers,
            .video = {}};
}

} // namespace rempart::media
