// SPDX-License-Identifier: Apache-2.0
#include "examine/archive_request.hpp"

#include "rempart/core/wire.hpp"

namespace rempart::examine {

Bytes encode_archive_request(const ArchiveLimits& limits) {
    WireWriter out;
    out.u64(limits.max_entries);
    out.u64(limits.max_total_bytes);
    out.u64(limits.max_ratio);
    return out.take();
}

Result<ArchiveLimits> decode_archive_request(ByteView body) {
    WireReader in(body);
    ArchiveLimits limits;
    limits.max_entries = in.u64();
    limits.max_total_bytes = in.u64();
    limits.max_ratio = in.u64();
    if (auto whole = in.finish(); !whole) {
        return fail(whole.error());
    }
    return limits;
}

} // namespace rempart::examine
