// SPDX-License-Identifier: Apache-2.0
// Our own BMP reader: any bytes give rows that number the height of the header, or an Error.
#include <cstdint>
#include <cstdlib>

#include "media/media_worker/bmp_picture.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace rempart;
    const ByteView file = std::as_bytes(std::span(data, size));
    media::PictureRequest request{.limits = {}, .work_bytes = std::uint64_t{64} << 20};
    request.limits.max_pixels = 1U << 20; // quick
    media::PictureSink sink(request, size, 1);
    const auto decoded = media::decode_bmp(file, sink);
    if (decoded) {
        const std::uint32_t rows = sink.rows();
        const auto facts = sink.finish();
        if (facts.height != rows || (*decoded && (*decoded)->code != Errc::truncated)) {
            std::abort();
        }
    } else if (decoded.error().message.empty()) {
        std::abort();
    }
    return 0;
}
