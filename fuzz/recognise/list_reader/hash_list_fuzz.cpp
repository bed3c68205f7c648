// SPDX-License-Identifier: Apache-2.0
// Any bytes, read in every format, give a list whose counts add up or a message; what a list holds
// survives being written plainly and read again.
#include "recognise/list_reader/read_hash_list.hpp"

#include <cstdint>
#include <cstdlib>
#include <span>

#include "rempart/core/hex.hpp"
#include "rempart/core/text.hpp"

namespace {

using namespace rempart::recognise;

void check(bool holds) {
    if (!holds) {
        std::abort();
    }
}

// As md5sum writes names that hold line ends and backslashes.
std::string escaped(std::string_view label) {
    std::string text;
    for (const char c : label) {
        if (c == '\\') {
            text += "\\\\";
        } else if (c == '\n') {
            text += "\\n";
        } else if (c == '\r') {
            text += "\\r";
        } else {
            text += c;
        }
    }
    return text;
}

void check_round_trip(const ListedHash& hash) {
    check(rempart::is_utf8(hash.label) && rempart::is_utf8(hash.category) && hash.entry > 0);
    const std::string line =
        '\\' + rempart::encode_hex(std::span(hash.bytes).first(size_bytes(hash.kind))) + " *" +
        escaped(hash.label) + '\n';
    HashListOptions options;
    options.kind = hash.kind;
    options.expected_hashes = 1;
    std::size_t again = 0;
    MemoryInput input(line);
    const auto summary =
        read_hash_list(input, hash_list_format_named("plain"), options,
                       [&](ListedHash&& read) -> rempart::Result<void> {
                           ++again;
                           check(read.kind == hash.kind && read.bytes == hash.bytes &&
                                 read.label == hash.label && read.entry == 1);
                           return {};
                       });
    check(summary && again == 1);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    for (const HashListFormat& format : hash_list_formats()) {
        HashListOptions options;
        options.limits = {.max_line_bytes = 2'000, .max_hashes = 99, .max_record_bytes = 2'000};
        if (!format.names_kind) {
            options.kind = HashKind::sha1;
        }
        std::uint64_t given = 0;
        MemoryInput input(text);
        const auto summary = read_hash_list(input, &format, options,
                                            [&](ListedHash&& hash) -> rempart::Result<void> {
                                                ++given;
                                                check_round_trip(hash);
                                                return {};
                                            });
        if (summary) {
            check(given == summary->hashes && (given > 0) == (summary->records > 0));
            check(given > 0 || summary->describes_only || summary->deleted > 0);
        } else {
            check(!summary.error().message.empty());
        }
    }
    return 0;
}
