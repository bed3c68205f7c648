// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// What the main program asks of the evidence_reader: the body of its request. The descriptors are
/// the segments of the image, in order.

#include <cstdint>

#include "rempart/core/bytes.hpp"
#include "rempart/core/result.hpp"

namespace rempart::examine {

enum class DiskTask : std::uint8_t {
    files, ///< Every item of every file system.
    medium ///< The medium itself as one item.
};
enum class DiskContainer : std::uint8_t { raw, e01 };

struct DiskRequest {
    DiskTask task = DiskTask::files;
    DiskContainer container = DiskContainer::raw;
    bool tell_volume_damage = true; ///< WalkStart's.
    friend bool operator==(const DiskRequest&, const DiskRequest&) = default;
};

[[nodiscard]] Bytes encode(const DiskRequest& request);
/// \return `bad_answer`.
[[nodiscard]] Result<DiskRequest> decode_disk_request(ByteView body);

} // namespace rempart::examine
