// SPDX-License-Identifier: Apache-2.0
// Any bytes as a hash-set file, also with check values that fit them: whatever it contradicts, a
// look-up stays within it; and what verifies is found key by key.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include <unistd.h>

#include "recognise/sets/set_layout.hpp"
#include "rempart/core/fd.hpp"
#include "rempart/recognise/hash_set.hpp"
#include "rempart/recognise/set_algebra.hpp"

namespace {

using namespace rempart;
using namespace rempart::recognise;

void check(bool holds) {
    if (!holds) {
        std::abort();
    }
}

std::string sha256(std::string_view text) {
    Digester digester(DigestSet::sha256_only);
    digester.update(bytes_of(text));
    const auto digest = digester.finish().sha256;
    return std::string(chars_of(digest));
}

// Without it hardly any input would get past the header.
void reseal(std::string& bytes) {
    if (bytes.size() < kSetHeaderBytes + kSetCheckBytes) {
        return;
    }
    const std::size_t table = bytes.size() - kSetCheckBytes; // of data of one chunk
    const std::string value = sha256(std::string_view(bytes).substr(
        kSetHeaderBytes, std::min(table - kSetHeaderBytes, kSetChunkBytes)));
    bytes.replace(table, kSetCheckBytes, value, 0, kSetCheckBytes);
    bytes.replace(80, 32, sha256(std::string_view(bytes).substr(table)));
    bytes.replace(kSetHeaderBytes - 32, 32,
                  sha256(std::string_view(bytes).substr(0, kSetHeaderBytes - 32)));
}

void ask(const HashSet& set) {
    const std::size_t size = size_bytes(set.info().kind);
    Bytes digests(size * 3, std::byte{0});
    digests[size] = std::byte{0xFF};
    for (std::size_t i = 2 * size; i < digests.size(); ++i) {
        digests[i] = static_cast<std::byte>(i * 37);
    }
    static_cast<void>(set.read_keys(0, [&](ByteView block) {
        digests.insert(digests.end(), block.begin(), block.end());
        return true;
    }));
    std::vector<SetMatch> matches;
    std::vector<SetRow> rows;
    const bool found = set.find(digests, matches).has_value();
    if (found && set.info().has_rows) {
        static_cast<void>(set.rows(matches, rows));
    }
    if (set.verify()) {
        check(found && matches.size() >= set.info().keys);
        check(compare_sets(set, set)->both == set.info().keys);
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string bytes(reinterpret_cast<const char*>(data), size);
    for (const bool sealed : {false, true}) {
        if (sealed) {
            reseal(bytes);
        }
        auto file = make_memory_file("set");
        check(file && write_all(file->get(), bytes_of(bytes)));
        const auto set = HashSet::open(std::move(*file));
        if (set) {
            ask(*set);
        }
    }
    return 0;
}
