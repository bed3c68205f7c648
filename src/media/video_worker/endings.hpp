// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Whether a video file stops before its container says so: a demuxer that reads to where the bytes
/// end takes that for the end.

#include <cstdint>
#include <string_view>

namespace rempart::media {

/// True if the container of `format` (FileType::id) states more bytes than the file has. False if
/// it cannot be told (streams, recordings that were not closed). Reads lengths only.
[[nodiscard]] bool video_ends_early(int descriptor, std::uint64_t size_bytes,
                                    std::string_view format);

} // namespace rempart::media
