// SPDX-License-Identifier: Apache-2.0
// libjpeg-turbo behind its long jumps, with EXIF that turns: any bytes give facts or an Error.
#include <cstdint>
#include <cstdlib>

#include "media/media_worker/jpeg_picture.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace rempart;
    if (size == 0) {
        return 0;
    }
    const int orientation = 1 + data[0] % 8; // the first byte turns the rest
    const ByteView file = std::as_bytes(std::span(data + 1, size - 1));
    media::PictureRequest request{.limits = {}, .work_bytes = std::uint64_t{64} << 20};
    request.limits.max_pixels = 1U << 20; // quick
    media::PictureSink sink(request, size, orientation);
    const auto decoded = media::decode_jpeg(file, sink);
    if (decoded) {
        const auto facts = sink.finish();
        const bool small = facts.width < 64 || facts.height < 64;
        const std::size_t hashes = small ? 0 : orientation == 1 ? 2 : 4;
        if (facts.fingerprints.size() != hashes || facts.thumbnail.empty()) {
            std::abort();
        }
    } else if (decoded.error().message.empty()) {
        std::abort();
    }
    return 0;
}
