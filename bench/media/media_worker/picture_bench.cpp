// SPDX-License-Identifier: Apache-2.0
// From a 12 megapixel JPEG to hashes, quality, orientations and thumbnail, and what the parts cost:
//   examine         all that the worker does for one picture, in this process
//   pool            the same through the pool and its confined worker, transport included
//   decode_only     libjpeg-turbo's grey rows, thrown away: the floor
//   hash_only       both PDQ variants of the same rows
//   sink_only       hashes and thumbnail of the same rows
//   examine_turned  as examine, for a picture that EXIF turns by 90 degrees
// The picture is drawn here: hills, discs and noise, 4000 x 3000, quality 88, some 4 MB, as a
// camera's. One thread; CPU time is what counts.
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>
#include <jpeglib.h>

#include "media/media_worker/examine.hpp"
#include "media/media_worker/jpeg_codec.hpp"
#include "media/media_worker/picture_sink.hpp"
#include "rempart/core/fd.hpp"
#include "rempart/media/picture.hpp"
#include "rempart/recognise/pdq.hpp"

namespace {

using namespace rempart;

constexpr std::uint32_t kWidth = 4000;
constexpr std::uint32_t kHeight = 3000;
const media::PictureRequest kRequest{.limits = {}, .work_bytes = std::uint64_t{704} << 20};

std::uint8_t shade(std::uint32_t x, std::uint32_t y, int colour, std::uint32_t& noise) {
    noise = noise * 1664525U + 1013904223U; // Numerical Recipes' generator: fixed and quick
    const double u = 0.004 * x;
    const double v = 0.004 * y;
    const double hills = std::sin(u + colour) * std::cos(1.3 * v) + 0.4 * std::sin(u * v * 0.3);
    const double edge = std::fmod(x * 0.011 + y * 0.017, 3.0) < 0.4 ? 30 : 0;
    const double grain = static_cast<double>(noise >> 24) / 255.0 * 22 - 11;
    return static_cast<std::uint8_t>(std::fmin(std::fmax(120 + 60 * hills + edge + grain, 0), 255));
}

std::string make_photo(int exif_orientation) {
    jpeg_compress_struct info{};
    jpeg_error_mgr errors{};
    unsigned char* buffer = nullptr;
    unsigned long bytes = 0;
    info.err = jpeg_std_error(&errors);
    jpeg_create_compress(&info);
    jpeg_mem_dest(&info, &buffer, &bytes);
    info.image_width = kWidth;
    info.image_height = kHeight;
    info.input_components = 3;
    info.in_color_space = JCS_RGB;
    jpeg_set_defaults(&info);
    jpeg_set_quality(&info, 88, TRUE);
    jpeg_start_compress(&info, TRUE);
    using namespace std::string_literals;
    const std::string exif = "Exif\0\0II\x2A\0\x08\0\0\0\1\0\x12\1\3\0\1\0\0\0"s +
                             static_cast<char>(exif_orientation) + "\0\0\0\0\0\0\0"s;
    jpeg_write_marker(&info, JPEG_APP0 + 1, reinterpret_cast<const JOCTET*>(exif.data()),
                      static_cast<unsigned>(exif.size()));
    std::vector<std::uint8_t> row(std::size_t{kWidth} * 3);
    std::uint32_t noise = 1;
    for (std::uint32_t y = 0; y < kHeight; ++y) {
        for (std::uint32_t x = 0; x < kWidth; ++x) {
            for (int c = 0; c < 3; ++c) {
                row[3 * std::size_t{x} + static_cast<std::size_t>(c)] = shade(x, y, c, noise);
            }
        }
        JSAMPROW pointer = row.data();
        jpeg_write_scanlines(&info, &pointer, 1);
    }
    jpeg_finish_compress(&info);
    std::string file(reinterpret_cast<const char*>(buffer), bytes);
    jpeg_destroy_compress(&info);
    std::free(buffer);
    return file;
}

const std::string& photo(int exif_orientation = 1) {
    static const std::string kUpright = make_photo(1);
    static const std::string kTurned = make_photo(6);
    return exif_orientation == 1 ? kUpright : kTurned;
}

void examine_file(benchmark::State& state, const std::string& file) {
    for (auto _ : state) {
        const auto facts = media::examine_picture(bytes_of(file), kRequest);
        if (!facts || facts->fingerprints.empty()) {
            state.SkipWithError("not decoded");
            break;
        }
        benchmark::DoNotOptimize(facts->fingerprints.data());
    }
    state.counters["file_MB"] = static_cast<double>(file.size()) / 1e6;
}

void examine(benchmark::State& state) {
    examine_file(state, photo());
}

void examine_turned(benchmark::State& state) {
    examine_file(state, photo(6));
}

void pool(benchmark::State& state) {
    auto workers = media::Pool::create({.worker_program = REMPART_LIBEXEC_DIR "/media_worker",
                                        .workers = 1,
                                        .picture = {},
                                        .sandbox = {}});
    auto file = make_memory_file("photo");
    if (!workers || !file || !write_all(file->get(), bytes_of(photo())) ||
        !workers->examine_picture(file->get())) {
        state.SkipWithError("no worker");
        return;
    }
    for (auto _ : state) {
        const auto facts = workers->examine_picture(file->get());
        benchmark::DoNotOptimize(facts.has_value());
    }
}

std::vector<std::uint8_t> decoded_rows() {
    std::vector<std::uint8_t> plane(std::size_t{kWidth} * kHeight);
    media::JpegReader reader(bytes_of(photo()));
    if (reader.read_header(0) && reader.start()) {
        for (std::size_t y = 0; y < kHeight; ++y) {
            if (!reader.read_row(std::span(plane).subspan(y * kWidth, kWidth))) {
                break;
            }
        }
    }
    return plane;
}

void decode_only(benchmark::State& state) {
    std::vector<std::uint8_t> row(kWidth);
    for (auto _ : state) {
        media::JpegReader reader(bytes_of(photo()));
        if (!reader.read_header(0) || !reader.start()) {
            state.SkipWithError("not decoded");
            break;
        }
        for (std::uint32_t y = 0; y < kHeight; ++y) {
            benchmark::DoNotOptimize(reader.read_row(row));
        }
    }
}

void hash_only(benchmark::State& state) {
    const std::vector<std::uint8_t> plane = decoded_rows();
    for (auto _ : state) {
        for (const recognise::PdqVariant variant : recognise::kPdqVariants) {
            const auto fingerprint = recognise::pdq_of_plane(plane, kWidth, kHeight, variant);
            benchmark::DoNotOptimize(fingerprint.quality);
        }
    }
}

void sink_only(benchmark::State& state) {
    const std::vector<std::uint8_t> plane = decoded_rows();
    for (auto _ : state) {
        media::PictureSink sink(kRequest, 0, 1);
        if (!sink.begin({.width = kWidth, .height = kHeight})) {
            state.SkipWithError("refused");
            break;
        }
        for (std::size_t y = 0; y < kHeight; ++y) {
            sink.add_row(std::span(plane).subspan(y * kWidth, kWidth));
        }
        const auto facts = sink.finish();
        benchmark::DoNotOptimize(facts.thumbnail.data());
    }
}

BENCHMARK(examine)->Unit(benchmark::kMillisecond);
BENCHMARK(pool)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(decode_only)->Unit(benchmark::kMillisecond);
BENCHMARK(hash_only)->Unit(benchmark::kMillisecond);
BENCHMARK(sink_only)->Unit(benchmark::kMillisecond);
BENCHMARK(examine_turned)->Unit(benchmark::kMillisecond);

} // namespace
