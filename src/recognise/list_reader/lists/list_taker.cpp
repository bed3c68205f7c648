// SPDX-License-Identifier: Apache-2.0
#include "recognise/list_reader/lists/list_taker.hpp"

#include <algorithm>
#include <span>
#include <string>

#include <fmt/format.h>

#include "rempart/core/hex.hpp"
#include "rempart/core/text.hpp"

namespace rempart::recognise {

Result<void> ListTaker::take_one(const ListRecord::Written& written, bool poor_quality) {
    const HashKind kind = written.kind;
    ListedHash hash = hash_;
    hash.kind = kind;
    hash.frame = written.frame;
    if (auto done = decode_hex(written.digits, std::span(hash.bytes).first(size_bytes(kind)));
        !done) {
        return fail(done.error().code, fmt::format("{}: {}", name(kind), done.error().message));
    }
    HashUse use = use_of(kind, hash.bytes);
    if ((poor_quality || written.poor_quality) && kind == HashKind::pdq) {
        use = HashUse::degenerate;
    }
    switch (use) {
    case HashUse::empty_file: ++summary_.empty_file_hashes; return {};
    case HashUse::degenerate: ++summary_.degenerate_hashes; return {};
    case HashUse::listed: ++summary_.hashes; break;
    }
    return take_(std::move(hash));
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
    hash_.entry = record.entry;
    hash_.label = to_utf8(record.label);
    hash_.category = to_utf8(record.category);
    hash_.marked = !record.mark.empty();
    if (std::max(hash_.label.size(), hash_.category.size()) > kMaxListTextBytes) {
        return fail(Errc::limit_exceeded,
                    fmt::format("a label of more than {} bytes", kMaxListTextBytes));
    }
    if (hash_.marked) {
        count_as(summary_.marks, to_utf8(record.mark));
    }
    for (const ListRecord::Written& written : record.hashes) {
        if (auto taken = take_one(written, record.poor_quality); !taken) {
            return taken;
        }
    }
    return {};
}

} // namespace rempart::recognise
