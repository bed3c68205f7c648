// SPDX-License-Identifier: Apache-2.0
// Containers and decoders of videos: any bytes give facts that a parent would accept, or an Error.
#include <cstdint>
#include <cstdlib>

#include "media/video_worker/examine.hpp"
#include "rempart/core/fd.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace rempart;
    static const bool started = media::start_video_decoders().has_value();
    if (!started) {
        std::abort();
    }
    auto file = make_memory_file("video");
    if (!file || !write_all(file->get(), std::as_bytes(std::span(data, size)))) {
        return 0;
    }
    media::VideoRequest request; // quick
    request.limits.max_pixels = 1U << 18;
    request.limits.max_packets = 200;
    request.limits.max_decoded_pixels = 10'000'000;
    request.limits.max_frames = 50;
    const auto answer = media::examine_video(file->get(), request);
    if (!media::decode_video_answer(media::encode(answer), request.limits)) {
        std::abort();
    }
    return 0;
}
