// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// EXIF, IPTC and XMP fields, through exiv2.

#include <string_view>
#include <vector>

#include "rempart/core/bytes.hpp"
#include "rempart/media/picture.hpp"

namespace rempart::media {

struct Metadata {
    int orientation = 1;               ///< EXIF's, 1..8; 1 if absent or invalid.
    std::vector<MetadataField> fields; ///< Sorted by name; equal names in the file's order.
};

/// Makes exiv2 ready. Once a process, before any thread or confinement.
void start_exiv2();

/// The fields of `file`, whose type is `format`, within the limits. Never fails: what could not be
/// read is the field "Rempart.MetadataError", what was left out for the limits the field
/// "Rempart.MetadataLeftOut" with a count. Where the limits force a choice, the fields of the
/// camera and the place go before those of the maker's notes.
[[nodiscard]] Metadata read_metadata(ByteView file, std::string_view format,
                                     const PictureLimits& limits);

} // namespace rempart::media
