// SPDX-License-Identifier: Apache-2.0
// A role that does what it is told, good and bad: the tests of Child start it. Its first argument
// says what it does around confinement, each request what it does then.
#include <array>
#include <chrono>
#include <semaphore>
#include <string>
#include <string_view>
#include <thread>

#include <sys/socket.h>
#include <unistd.h>

#include "rempart/core/wire.hpp"
#include "rempart/sandbox/confined.hpp"
#include "sandbox/deeds.hpp"

namespace rempart::sandbox {
namespace {

using namespace std::string_view_literals;

Bytes bytes_from(std::string_view text) {
    const ByteView view = bytes_of(text);
    return {view.begin(), view.end()};
}

// Writes straight to the channel, as code that has been taken over could.
void write_raw(std::string_view bytes) {
    static_cast<void>(::send(3, bytes.data(), bytes.size(), MSG_NOSIGNAL));
}

[[noreturn]] void wait_for_ever() {
    while (true) {
        ::sleep(1000);
    }
}

// Bytes on the channel that are no answer, or not only one.
void forge_answer(std::string_view how) {
    if (how == "forge an empty answer") {
        write_raw("\0\0\0\0"sv);
        wait_for_ever();
    } else if (how == "forge a large answer") {
        write_raw("\xff\xff\xff\xff garbage"sv);
        wait_for_ever();
    } else if (how == "die in the length") {
        write_raw("\5\0"sv);
        ::_exit(0);
    } else if (how == "die in the answer") {
        write_raw("\5\0\0\0ab"sv);
        do_deed("segv");
    } else if (how == "trickle") { // a byte now and then: alive, but never done
        for (write_raw("\xff\0\0\0"sv);; write_raw("x"sv)) {
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
    } else if (how == "close the channel") {
        ::close(3);
        wait_for_ever();
    } else if (how == "flood") { // more answers than anybody asked for
        while (true) {
            write_raw("\1\0\0\0x"sv);
        }
    } else if (how == "send a descriptor") {
        char byte = 0;
        iovec piece{&byte, 1};
        alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> area{};
        msghdr message{};
        message.msg_iov = &piece;
        message.msg_iovlen = 1;
        message.msg_control = area.data();
        message.msg_controllen = area.size();
        cmsghdr* part = CMSG_FIRSTHDR(&message);
        part->cmsg_level = SOL_SOCKET;
        part->cmsg_type = SCM_RIGHTS;
        part->cmsg_len = CMSG_LEN(sizeof(int));
        byte = 1; // the first byte of the length
        static_cast<void>(::sendmsg(3, &message, MSG_NOSIGNAL));
        write_raw("\0\0\0o"sv);
    }
}

// A thread that runs before its process is confined: what it can do then is asked later.
std::binary_semaphore ordered{0};
std::binary_semaphore obeyed{0};
std::string order;

void follow_orders() {
    while (true) {
        ordered.acquire();
        order = std::to_string(try_harmless_deed(order));
        obeyed.release();
    }
}

Result<Bytes> obey(Received received) {
    const std::string request(chars_of(received.message));
    if (request.starts_with("echo ")) {
        return bytes_from(std::string_view(request).substr(5));
    }
    if (request == "read") { // the first bytes of the first descriptor that was handed over
        Bytes out(64);
        const auto n = read_at(received.descriptors.at(0).get(), 0, out);
        out.resize(n.value_or(0));
        return out;
    }
    if (request == "write, then loop") {
        static_cast<void>(write_all(received.descriptors.at(0).get(), bytes_of("!")));
        do_deed("loop");
    }
    if (request == "count descriptors") {
        return bytes_from(std::to_string(received.descriptors.size()));
    }
    if (request == "thread") {
        int answer = 0;
        std::thread([&answer] { answer = 42; }).join();
        return bytes_from(std::to_string(answer));
    }
    if (request.starts_with("try in thread ")) {
        order = request.substr(14);
        ordered.release();
        obeyed.acquire();
        return bytes_from(order);
    }
    if (request.starts_with("try ")) {
        return bytes_from(std::to_string(try_harmless_deed(std::string_view(request).substr(4))));
    }
    if (request == "environment") {
        return bytes_from(environ[0] == nullptr ? "empty" : environ[0]);
    }
    if (request == "open descriptors") { // all that can be found without /proc
        std::string found;
        for (int fd = 0; fd < 1024; ++fd) {
            found += ::fcntl(fd, F_GETFD) >= 0 ? std::to_string(fd) + " " : "";
        }
        return bytes_from(found);
    }
    if (request == "give up") {
        return fail(Errc::unsupported, "as told");
    }
    if (request == "give up for memory") {
        return fail(Errc::memory, "as told");
    }
    forge_answer(request);
    do_deed(request);
    return bytes_from("done");
}

// What it does instead of being a role.
void misbehave_before(std::string_view how) {
    if (how == "exit early") {
        ::_exit(7);
    } else if (how == "no hello") {
        write_raw("\5\0\0\0hello"sv);
        wait_for_ever();
    } else if (how == "hello without confinement") {
        write_raw("\x0b\0\0\0REMP\1\1\7\0\0\0\1"sv);
        wait_for_ever();
    } else if (how.starts_with("thread before")) {
        std::thread(follow_orders).detach();
    }
}

// Numbers, until the parent takes no more.
int stream(Channel& channel) {
    for (std::uint32_t i = 0;; ++i) {
        WireWriter writer;
        writer.u32(i);
        if (!channel.send(writer.message())) {
            return 1;
        }
    }
}

} // namespace
} // namespace rempart::sandbox

int main(int argc, char** argv) {
    using namespace rempart::sandbox;
    const std::string_view how = argc > 1 ? argv[1] : "";
    misbehave_before(how);
    const bool may = how == "threads" || how == "thread before, allowed";
    auto channel = enter_confinement(may ? Threads::allowed : Threads::none);
    if (!channel) {
        return 1;
    }
    return how == "stream" ? stream(*channel) : serve(*channel, obey);
}
