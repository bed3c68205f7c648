// SPDX-License-Identifier: Apache-2.0
// A video worker's answer, which may come from a taken-over process: whatever is accepted is
// written again as the same bytes, within the limits and with times that do not fall.
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "media/video_protocol.hpp"

namespace {

bool is_by_time(const std::vector<rempart::media::VideoFrame>& frames) {
    std::int64_t last_ms = 0;
    for (const auto& frame : frames) {
        if (frame.from_ms < last_ms || frame.to_ms < frame.from_ms) {
            return false;
        }
        last_ms = frame.to_ms;
    }
    return true;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace rempart;
    const ByteView message = std::as_bytes(std::span(data, size));
    const media::VideoLimits limits;
    const auto answer = media::decode_video_answer(message, limits);
    if (!answer) {
        return answer.error().code == Errc::bad_answer ? 0 : (std::abort(), 0);
    }
    if (chars_of(media::encode(*answer)) != chars_of(message)) {
        std::abort();
    }
    if (!*answer) {
        return 0;
    }
    if (!is_by_time((*answer)->frames) || !is_by_time((*answer)->trimmed)) {
        std::abort();
    }
    return 0;
}
