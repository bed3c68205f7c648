// SPDX-License-Identifier: Apache-2.0
// The confined program that decodes videos for media::VideoPool: one descriptor and the limits in,
// one answer out, until the pool closes the channel.
#include <malloc.h>

#include "media/video_worker/examine.hpp"
#include "rempart/sandbox/confined.hpp"

namespace {

using namespace rempart;

Result<Bytes> answer(const sandbox::Received& received) {
    const auto request = media::decode_video_request(received.message);
    if (!request) {
        return fail(request.error());
    }
    if (received.descriptors.size() != 1) {
        return fail(Errc::malformed, "a request without its descriptor");
    }
    return encode(media::examine_video(received.descriptors[0].get(), *request));
}

} // namespace

int main() {
    mallopt(M_ARENA_MAX, 1);
    if (!media::start_video_decoders()) {
        return 1;
    }
    auto channel = sandbox::enter_confinement(sandbox::Threads::none);
    if (!channel) {
        return 1;
    }
    return sandbox::serve(*channel, answer);
}
