// SPDX-License-Identifier: Apache-2.0
// The confined program that decodes pictures for media::Pool: one descriptor and the limits in,
// one answer out, until the pool closes the channel.
#include <fcntl.h>
#include <malloc.h>
#include <unistd.h>

#include "media/media_worker/examine.hpp"
#include "media/media_worker/input.hpp"
#include "rempart/sandbox/confined.hpp"

namespace {

using namespace rempart;

Result<Bytes> answer(const sandbox::Received& received) {
    const auto request = media::decode_request(received.message);
    if (!request) {
        return fail(request.error());
    }
    if (received.descriptors.size() != 1) {
        return fail(Errc::malformed, "a request without its descriptor");
    }
    const auto input =
        media::Input::open(received.descriptors[0].get(), request->limits.max_file_bytes);
    if (!input) {
        return encode(media::PictureAnswer(fail(input.error())));
    }
    return encode(media::examine_picture(input->bytes(), *request));
}

// Decoders write to the terminal what they think of a hostile file (dav1d: "Error parsing OBU
// data"). Reports of a sanitizer must still be seen.
void silence_libraries() {
    const int nowhere = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (nowhere < 0) {
        return;
    }
    ::dup2(nowhere, STDOUT_FILENO);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    ::dup2(nowhere, STDERR_FILENO);
#endif
    ::close(nowhere);
}

} // namespace

int main() {
    // The HEIC decoder starts threads; an arena of 64 MiB of address space for each would eat up
    // the memory of the pictures.
    mallopt(M_ARENA_MAX, 1);
    if (!media::start_decoders()) {
        return 1;
    }
    silence_libraries();
    auto channel = sandbox::enter_confinement(sandbox::Threads::allowed);
    if (!channel) {
        return 1;
    }
    return sandbox::serve(*channel, answer);
}
