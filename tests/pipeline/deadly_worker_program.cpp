// SPDX-License-Identifier: Apache-2.0
// A media worker that takes its parent with it when it sees a certain "picture": what a decoder
// cannot do from its confinement, but a machine that runs out of memory can. For poison_test.
#include <csignal>
#include <string_view>

#include <unistd.h>

#include "media/picture_protocol.hpp"
#include "rempart/core/fd.hpp"
#include "rempart/sandbox/confined.hpp"

namespace {

using namespace rempart;

int to_killer = -1;

Result<Bytes> obey(const sandbox::Received& received) {
    Bytes text(256);
    const auto n = read_at(received.descriptors.at(0).get(), 0, text);
    if (chars_of(text).substr(0, n.value_or(0)).find("POISON") != std::string_view::npos) {
        static_cast<void>(::write(to_killer, "x", 1));
        ::sleep(60); // the parent dies meanwhile, and this with it
    }
    media::PictureFacts facts;
    facts.format = "jpeg";
    facts.width = 1;
    facts.height = 1;
    return encode(media::PictureAnswer(facts));
}

// Outside the confinement, which forbids to kill: waits for the word.
void start_killer(pid_t victim) {
    int ends[2] = {-1, -1};
    if (::pipe(ends) != 0) {
        return;
    }
    if (::fork() == 0) {
        ::close(ends[1]);
        char word = 0;
        if (::read(ends[0], &word, 1) == 1) {
            ::kill(victim, SIGKILL);
        }
        ::_exit(0);
    }
    ::close(ends[0]);
    to_killer = ends[1];
}

} // namespace

int main() {
    start_killer(::getppid());
    auto channel = sandbox::enter_confinement();
    return channel ? sandbox::serve(*channel, obey) : 1;
}
