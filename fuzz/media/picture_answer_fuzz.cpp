// SPDX-License-Identifier: Apache-2.0
// A worker's answer, which may come from a taken-over process: whatever is accepted is written
// again as the same bytes, within the limits.
#include <cstdint>
#include <cstdlib>

#include "media/picture_protocol.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace rempart;
    const ByteView message = std::as_bytes(std::span(data, size));
    const media::PictureLimits limits;
    const auto answer = media::decode_answer(message, limits);
    if (!answer) {
        return answer.error().code == Errc::bad_answer ? 0 : (std::abort(), 0);
    }
    const Bytes again = media::encode(*answer);
    if (ByteView(again).size() != message.size() || chars_of(again) != chars_of(message) ||
        (*answer && std::uint64_t{(*answer)->width} * (*answer)->height > limits.max_pixels)) {
        std::abort();
    }
    return 0;
}
