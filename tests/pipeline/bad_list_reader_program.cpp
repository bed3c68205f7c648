// SPDX-License-Identifier: Apache-2.0
// A list_reader that does what the list says after it has told some hashes: for read_list_test.
#include <cstdlib>
#include <string>
#include <vector>

#include <poll.h>
#include <unistd.h>

#include "rempart/core/fd.hpp"
#include "rempart/recognise/list_wire.hpp"
#include "rempart/sandbox/confined.hpp"

namespace {

using namespace rempart;
using namespace rempart::recognise;

Bytes some_hashes(std::uint64_t entry) {
    ListedHash hash;
    hash.kind = HashKind::md5;
    hash.bytes[0] = std::byte{1};
    hash.entry = entry;
    HashBatch batch;
    batch.add(hash);
    return batch.message();
}

Bytes bytes_text(std::string_view text) {
    const ByteView view = bytes_of(text);
    return {view.begin(), view.end()};
}

Result<void> misbehave(sandbox::Channel& channel, std::string_view how) {
    if (how == "crash") {
        std::abort();
    }
    if (how == "hang") {
        for (;;) {
            ::poll(nullptr, 0, -1); // waits for nothing that could come
        }
    }
    if (how == "memory") {
        std::vector<Bytes> hoard;
        for (;;) {
            hoard.emplace_back(std::size_t{64} << 20, std::byte{1});
        }
    }
    if (how == "refused") {
        [[maybe_unused]] const int pid = ::fork();
    }
    if (how == "garbage") {
        return channel.send(bytes_text("no answer of a list reader"));
    }
    if (how == "huge") {
        return channel.send(Bytes(std::size_t{64} << 20));
    }
    if (how == "endless") {
        for (std::uint64_t entry = 2;; ++entry) {
            if (auto sent = channel.send(some_hashes(entry)); !sent) {
                return sent;
            }
        }
    }
    if (how == "alive") {
        for (;;) {
            if (auto sent = channel.send(encode_alive()); !sent) {
                return sent;
            }
        }
    }
    HashListSummary summary; // "lie": not what was told
    summary.format = "plain";
    summary.hashes = how == "lie" ? 100 : 1;
    summary.records = summary.hashes;
    return channel.send(encode_summary(summary));
}

} // namespace

int main() {
    auto channel = sandbox::enter_confinement();
    if (!channel) {
        return EXIT_FAILURE;
    }
    const auto request = channel->receive();
    if (!request || !*request || (*request)->descriptors.size() != 1) {
        return EXIT_FAILURE;
    }
    Bytes list(64);
    const auto read = read_at((*request)->descriptors[0].get(), 0, list);
    const std::string_view how = chars_of(list).substr(0, read.value_or(0));
    const bool ended =
        channel->send(some_hashes(1)) && misbehave(*channel, how.substr(0, how.find('\n')));
    return ended ? EXIT_SUCCESS : EXIT_FAILURE;
}
