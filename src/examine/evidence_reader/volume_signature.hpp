// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// What a stretch without a file system known to libtsk holds: told by its first bytes, so that the
/// row about it says more than "unknown".

#include <span>
#include <string_view>

#include "rempart/core/bytes.hpp"
#include "rempart/core/result.hpp"

namespace rempart::examine {

/// Bytes at a fixed place that tell a format.
struct VolumeSignature {
    std::size_t offset_bytes;
    std::string_view magic;
    std::string_view what;
    Errc code; ///< `encrypted` or `unsupported`.
};
[[nodiscard]] std::span<const VolumeSignature> volume_signatures();
[[nodiscard]] std::span<const VolumeSignature> container_signatures();

/// How much of a volume `describe_unknown` wants to see (less if the volume is smaller).
inline constexpr std::size_t kSignatureBytes = std::size_t{1} << 20;

/// "LUKS encrypted volume"…, or that nothing was recognised, or that `head` is all zeros.
[[nodiscard]] Error describe_unknown(ByteView head);

/// A virtual disk's container that is not read here (qcow2, VMDK, dynamic VHD, VHDX…), by the first
/// and the last 512 bytes of a file; null if it is none.
[[nodiscard]] const VolumeSignature* foreign_container(ByteView head, ByteView last_sector);

} // namespace rempart::examine
