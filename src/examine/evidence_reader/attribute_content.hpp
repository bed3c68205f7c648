// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The bytes of one attribute, into the item stream.

#include "examine/evidence_reader/medium.hpp"
#include "examine/evidence_reader/tsk.hpp"
#include "rempart/examine/item_stream.hpp"

namespace rempart::examine {

struct ContentPlace {
    const Medium& medium;
    const TSK_FS_INFO& file_system;
    /// Where the file system's own byte 0 lies on the medium.
    std::uint64_t offset_bytes = 0;
};

/// A hole of 1 GiB, or four times the medium, is still read (our choice): a file system that states
/// more would keep three digests busy with zeros for hours.
inline constexpr std::uint64_t kMaxHoleBytes = std::uint64_t{1} << 30;
[[nodiscard]] constexpr bool is_beyond_reason(std::uint64_t size_bytes,
                                              std::uint64_t medium_bytes) {
    return size_bytes > 4 * medium_bytes + kMaxHoleBytes;
}

/// Why an attribute is not read at all, before any of its bytes: more holes than a medium of that
/// size explains.
[[nodiscard]] std::optional<Error> reason_to_skip(const ContentPlace& place,
                                                  const TSK_FS_ATTR& attribute);

/// Reads the attribute from its beginning to its end in pieces of up to 1 MiB. Blocks that cannot
/// be read, and those that the medium gave as zeros for damage, stand in ItemEnd::unread and make
/// the item `damaged`; a block map that ends early makes it `truncated`.
/// \return the end to be told; an Error only if the sink fails.
[[nodiscard]] Result<ItemEnd> read_content(const ContentPlace& place, const TSK_FS_ATTR& attribute,
                                           ItemSink& sink);

} // namespace rempart::examine
