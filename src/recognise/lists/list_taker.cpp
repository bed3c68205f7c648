// SPDX-License-Identifier: Apache-2.0
#include "recognise/lists/list_taker.hpp"

#include <algorithm>
#include <span>
#include <string>

#include <fmt/format.h>

#include "rempart/core/hex.hpp"
#include "rempart/core/text.hpp"
#include "rempart/recognise/pdq_hash.hpp"

namespace rempart::recognise {
namespace {

template <typename... Values>
constexpr std::array<std::byte, 32> bytes(Values... values) {
    return {static_cast<std::byte>(values)...};
}

// The digests of no bytes at all (RFC 1321; FIPS 180-4 examples), by HashKind.
constexpr std::array kEmptyFile{
    bytes(0xd4, 0x1d, 0x8c, 0xd9, 0x8f, 0x00, 0xb2, 0x04, 0xe9, 0x80, 0x09, 0x98, 0xec, 0xf8, 0x42,
          0x7e),
    bytes(0xda, 0x39, 0xa3, 0xee, 0x5e, 0x6b, 0x4b, 0x0d, 0x32, 0x55, 0xbf, 0xef, 0x95, 0x60, 0x18,
          0x90, 0xaf, 0xd8, 0x07, 0x09),
    bytes(0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9,
          0x24, 0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52,
          0xb8, 0x55),
};

} // namespace

ListTaker::Use ListTaker::use_of(const ListedHash& hash, bool poor_quality) {
    if (hash.kind != HashKind::pdq) {
        return hash.bytes == kEmptyFile[static_cast<std::size_t>(hash.kind)] ? Use::empty_file
                                                                             : Use::listed;
    }
    const int ones = PdqHash::from_bytes(hash.bytes).count_ones();
    const bool picture = ones >= kMinListedOnes && ones <= kMaxListedOnes;
    return picture && !poor_quality ? Use::listed : Use::degenerate;
}

Result<void> ListTaker::take(const ListRecord& record) {
    if (record.hashes.empty()) {
        return fail(Errc::malformed, "no hash");
    }
    if (record.hashes.size() > options_.limits.max_hashes - seen_) {
        return fail(Errc::limit_exceeded,
                    fmt::format("more than {} hashes", options_.limits.max_hashes));
    }
    seen_ += record.hashes.size();
    ++summary_.records;
    const std::string label = to_utf8(record.label);
    const std::string category = to_utf8(record.category);
    for (const auto& [kind, digits, frame, poor_quality] : record.hashes) {
        ListedHash hash{.kind = kind,
                        .bytes = {},
                        .entry = record.entry,
                        .label = {},
                        .category = {},
                        .frame = frame};
        if (auto done = decode_hex(digits, std::span(hash.bytes).first(size_bytes(kind))); !done) {
            return fail(done.error().code, fmt::format("{}: {}", name(kind), done.error().message));
        }
        switch (use_of(hash, record.poor_quality || poor_quality)) {
        case Use::empty_file: ++summary_.empty_file_hashes; continue;
        case Use::degenerate: ++summary_.degenerate_hashes; continue;
        case Use::listed: ++summary_.hashes; break;
        }
        hash.label = label;
        hash.category = category;
        if (auto taken = take_(std::move(hash)); !taken) {
            return taken;
        }
    }
    return {};
}

} // namespace rempart::recognise
