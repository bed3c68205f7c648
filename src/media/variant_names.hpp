// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// How the fingerprints of one picture are told apart: `full`, `nearest512`, `smooth512`
/// (recognise/pdq.hpp) of the picture as one sees it, followed by
///   -unoriented  of the pixels as stored, where EXIF turns the picture
///   -on-black    of a picture with transparent pixels on black; without it they are on white
///   -frame7      of the seventh frame of an animation or page of a document
/// and without any of these `trimmed`, the picture within borders of one colour, and `uncaptioned`,
/// within bars that carry text.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace rempart::media {

inline constexpr std::string_view kTrimmedVariant = "trimmed";
inline constexpr std::string_view kUncaptionedVariant = "uncaptioned";
inline constexpr std::string_view kUnorientedSuffix = "-unoriented";
inline constexpr std::string_view kOnBlackSuffix = "-on-black";

/// \pre number >= 1
[[nodiscard]] std::string frame_suffix(std::uint32_t number);

/// Whether a sound worker could have named a fingerprint so.
[[nodiscard]] bool is_variant_name(std::string_view name) noexcept;

/// Of one picture: 3 as seen, 2 within borders, 3 unoriented, 3 on black, and 3 a frame.
inline constexpr std::size_t kMaxFramesHashed = 16;
inline constexpr std::size_t kMaxFingerprints = 11 + 3 * (kMaxFramesHashed - 1);

} // namespace rempart::media
