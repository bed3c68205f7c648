// SPDX-License-Identifier: Apache-2.0
// A role that does what it is told, good and bad: the tests of Child start it. Its first argument
// says what it does before it is confined ("serve": nothing special), each request what it does
// then.
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

#include <sys/socket.h>
#include <unistd.h>

#include "rempart/core/wire.hpp"
#include "rempart/sandbox/confined.hpp"
#include "sandbox/deeds.hpp"

namespace rempart::sandbox {
namespace {

Bytes bytes_from(std::string_view text) {
    const ByteView view = bytes_of(text);
    return {view.begin(), view.end()};
}

Result<Bytes> obey(Received received) {
    const std::string request(chars_of(received.message));
    if (request.starts_with("echo ")) {
        return bytes_from(std::string_view(request).substr(5));
    }
    if (request == "read") { // the first bytes of the descriptor that was handed over
        Bytes out(64);
        const auto n = read_at(received.descriptors.at(0).get(), 0, out);
        out.resize(n.value_or(0));
        return out;
    }
    if (request == "give up") {
        return fail(Errc::unsupported, "as told");
    }
    do_deed(request);
    return bytes_from("done");
}

// Writes straight to the channel, as code that has been taken over could.
void write_raw(std::string_view bytes) {
    static_cast<void>(::send(3, bytes.data(), bytes.size(), MSG_NOSIGNAL));
}

} // namespace
} // namespace rempart::sandbox

int main(int argc, char** argv) {
    using namespace rempart::sandbox;
    const std::string_view how = argc > 1 ? argv[1] : "";
    if (how == "exit-early") {
        return 7;
    }
    if (how == "unconfined-hello") { // a hello that is no hello
        write_raw({"\x05\0\0\0hello", 9});
        while (true) {
            ::sleep(1);
        }
    }
    auto channel = enter_confinement(how == "threads" ? Threads::allowed : Threads::none);
    if (!channel) {
        return 1;
    }
    if (how == "garbage") {
        static_cast<void>(channel->receive());
        write_raw({"\xff\xff\xff\xff garbage", 12});
        while (true) {
            ::sleep(1);
        }
    }
    return serve(*channel, obey);
}
