// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Whether an archive that ended without complaint really reached its end mark. libarchive takes a
/// cut between two members for the end.

#include <cstdint>
#include <optional>

#include <archive.h>

#include "rempart/core/result.hpp"

namespace rempart::examine {

/// To be asked after ARCHIVE_EOF. `truncated` if the format has an end mark and it is not there:
/// tar (zero blocks), zip (end of central directory). Some old tar writers leave the mark out: the
/// message says "may be". Formats without an end mark (ar) or whose mark libarchive checks itself
/// (7z, cpio, cab…) give nothing.
[[nodiscard]] std::optional<Error> missing_end(archive* reader, int descriptor,
                                               std::uint64_t size_bytes);

} // namespace rempart::examine
