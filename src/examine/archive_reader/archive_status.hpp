// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// What libarchive says, in the project's terms: errors, kinds and times of members.

#include <archive.h>
#include <archive_entry.h>

#include "examine/archive_reader/archive_input.hpp"
#include "rempart/core/result.hpp"
#include "rempart/examine/item.hpp"

namespace rempart::examine {

/// Why the last call on `reader` failed with `status` (below ARCHIVE_OK): `io` and
/// `limit_exceeded` from the input, `memory`, `encrypted`, `truncated`, `unsupported` or `damaged`,
/// with the byte of the archive. libarchive's own words are quoted where no format puts names of
/// members into them.
[[nodiscard]] Error error_of_status(archive* reader, int status, const ArchiveInput& input);

/// The head of the member at hand, without its path: kind, size, times; an error if its content is
/// encrypted.
[[nodiscard]] ItemHead head_of_entry(archive* reader, archive_entry* entry);

/// The format family (ARCHIVE_FORMAT_ZIP…) of the archive at hand.
[[nodiscard]] int format_family(archive* reader);

} // namespace rempart::examine
