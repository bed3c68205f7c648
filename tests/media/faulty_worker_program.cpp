// SPDX-License-Identifier: Apache-2.0
// A media worker that does what the "picture" says, good and bad: the tests of Pool start it.
#include <csignal>
#include <string>
#include <vector>

#include <sys/socket.h>
#include <unistd.h>

#include "media/picture_protocol.hpp"
#include "rempart/core/fd.hpp"
#include "rempart/sandbox/confined.hpp"

namespace {

using namespace rempart;

// Answers with the number of pictures that this process has had as the width.
Bytes facts(std::uint32_t pictures) {
    media::PictureFacts facts;
    facts.format = "png";
    facts.width = pictures;
    facts.height = 1;
    return encode(media::PictureAnswer(facts));
}

Result<Bytes> obey(const sandbox::Received& received) {
    static std::uint32_t pictures = 0;
    ++pictures;
    Bytes text(64);
    const auto n = read_at(received.descriptors.at(0).get(), 0, text);
    const std::string_view deed = chars_of(text).substr(0, n.value_or(0));
    if (deed == "crash") {
        ::raise(SIGKILL); // not SIGSEGV: a sanitizer would catch it and print
    } else if (deed == "hang") {
        while (true) {
            ::sleep(1);
        }
    } else if (deed == "eat") {
        std::vector<Bytes> eaten;
        while (true) {
            eaten.emplace_back(std::size_t{16} << 20, std::byte{1});
        }
    } else if (deed == "socket") {
        return Bytes(static_cast<std::size_t>(1 + (::socket(AF_INET, SOCK_STREAM, 0) >= 0)));
    } else if (deed == "lie") {
        Bytes answer = facts(pictures);
        answer[1] = std::byte{0xFF};
        return answer;
    } else if (deed == "empty") {
        return Bytes(1, std::byte{9});
    } else if (deed == "give up") {
        return fail(Errc::io, "as told");
    }
    return facts(pictures);
}

} // namespace

int main() {
    auto channel = sandbox::enter_confinement();
    return channel ? sandbox::serve(*channel, obey) : 1;
}
