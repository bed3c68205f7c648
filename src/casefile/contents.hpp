// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The facts of one content that lie in tables of their own.

#include <string_view>
#include <vector>

#include "casefile/database.hpp"
#include "rempart/casefile/records.hpp"

namespace rempart::casefile {

/// For fingerprints_of: one parameter, the content.
inline constexpr std::string_view kFingerprintsOfContent =
    "SELECT algorithm, variant, quality, value, orientations FROM fingerprints "
    "WHERE content_id = $1 ORDER BY ordinal";

/// For frames_of: one parameter, the content.
inline constexpr std::string_view kFramesOfContent =
    "SELECT from_ms, to_ms, quality, orientations, ordinal FROM video_frames "
    "WHERE content_id = $1 ORDER BY ordinal";

/// Whole frames have the ordinals from 0 on, trimmed ones those from here on: far above the number
/// of frames that are looked at (media::VideoLimits).
inline constexpr std::int64_t kFirstTrimmedFrame = std::int64_t{1} << 20;

/// Whole ones by time, then trimmed ones by time.
[[nodiscard]] Result<std::vector<VideoFrameRecord>> frames_of(Statement& statement, RowId content);

/// In the order in which they were added.
[[nodiscard]] Result<std::vector<FingerprintRecord>> fingerprints_of(Statement& statement,
                                                                     RowId content);

} // namespace rempart::casefile
