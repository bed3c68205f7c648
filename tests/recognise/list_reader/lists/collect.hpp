// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "recognise/list_reader/read_hash_list.hpp"
#include "rempart/core/hex.hpp"
#include "rempart/recognise/hash_list.hpp"

namespace rempart::recognise {

struct Collected {
    std::vector<ListedHash> hashes;
    HashListSummary summary;
};

/// The whole list in memory, in `format` or in the one that claims it.
inline Result<Collected> collect(std::string_view text, const HashListFormat* format = nullptr,
                                 const HashListOptions& options = {}) {
    Collected all;
    MemoryInput input(text);
    auto summary = read_hash_list(input, format, options, [&](ListedHash&& hash) -> Result<void> {
        all.hashes.push_back(std::move(hash));
        return {};
    });
    if (!summary) {
        return fail(summary.error());
    }
    all.summary = std::move(*summary);
    return all;
}

inline HashListOptions stating(HashKind kind) {
    HashListOptions options;
    options.kind = kind;
    return options;
}

/// "md5 1 <hex> [label] {category}": a hash in one readable line.
inline std::string line_of(const ListedHash& hash) {
    return std::string(name(hash.kind)) + ' ' + std::to_string(hash.entry) + ' ' +
           encode_hex(std::span(hash.bytes).first(size_bytes(hash.kind))) + " [" + hash.label +
           "] {" + hash.category + '}';
}

} // namespace rempart::recognise
