// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "media/video_protocol.hpp"
#include "media/worker_pool.hpp"
#include "rempart/core/fd.hpp"
#include "rempart/media/video.hpp"

namespace rempart::media {
namespace {

// Our choice: a video is large and its decoders leak little, so a fresh process for every so many
// of them costs nothing, and one that was taken over lies about few.
constexpr unsigned kVideosPerWorker = 50;

constexpr std::uint64_t kBasePixels = 4'000'000'000;
constexpr std::uint64_t kPixelsPerByte = 512;
constexpr std::uint64_t kPixelsPerMillisecond = 15'000;
constexpr std::uint64_t kPasses = 2; // the second one within black bars
constexpr std::uint64_t kBaseMilliseconds = 30'000;
constexpr std::uint64_t kBytesPerMillisecond = 10'000; // a slow share in a lab: 10 MB/s
constexpr std::uint64_t kMostReadingMilliseconds = 7'200'000;

} // namespace

std::uint64_t pixel_budget(std::uint64_t file_bytes, const VideoLimits& limits) {
    const std::uint64_t bytes = std::min(file_bytes, limits.max_decoded_pixels / kPixelsPerByte);
    return std::min(kBasePixels + bytes * kPixelsPerByte, limits.max_decoded_pixels);
}

std::chrono::milliseconds deadline_for(std::uint64_t file_bytes, const VideoLimits& limits) {
    const std::uint64_t reading =
        std::min(file_bytes / kBytesPerMillisecond, kMostReadingMilliseconds);
    return std::chrono::milliseconds(kBaseMilliseconds + reading +
                                     kPasses * pixel_budget(file_bytes, limits) /
                                         kPixelsPerMillisecond);
}

struct VideoPool::State {
    State(const VideoPoolConfig& from, WorkerPool::Setup setup)
        : config(from), workers(std::move(setup)) {}

    VideoPoolConfig config;
    WorkerPool workers;
};

VideoPool::VideoPool(std::unique_ptr<State> state) : state_(std::move(state)) {
}
VideoPool::VideoPool(VideoPool&&) noexcept = default;
VideoPool& VideoPool::operator=(VideoPool&&) noexcept = default;
VideoPool::~VideoPool() = default;

Result<VideoPool> VideoPool::create(const VideoPoolConfig& config) {
    WorkerPool::Setup setup{.program = config.worker_program,
                            .workers = config.workers,
                            .requests_per_worker = kVideosPerWorker,
                            .sandbox = {.memory_bytes = config.memory_bytes,
                                        .max_answer_bytes = max_answer_bytes(config.video)}};
    if (auto checked = check_pool(setup, kVideoOverheadBytes); !checked) {
        return fail(std::move(checked).error());
    }
    return VideoPool(std::make_unique<State>(config, std::move(setup)));
}

Result<VideoFacts> VideoPool::examine(int descriptor, Sampling sampling) {
    const auto size = size_of(descriptor);
    if (!size) {
        return fail(size.error());
    }
    VideoRequest request{.limits = state_->config.video, .sampling = sampling};
    request.limits.max_decoded_pixels = pixel_budget(*size, request.limits);
    auto answer = state_->workers.call(
        encode(request), descriptor, deadline_for(*size, state_->config.video),
        [&](ByteView message) { return decode_video_answer(message, state_->config.video); });
    if (!answer) {
        return fail(std::move(answer).error());
    }
    return *std::move(answer);
}

sandbox::Confinement VideoPool::confinement() const {
    return state_->workers.confinement();
}

} // namespace rempart::media
