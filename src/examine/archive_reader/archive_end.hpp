// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// What libarchive 3.6.2 does not check: it takes a cut between two members for the end, and passes
/// over the CRC of gzip files and of stored members of RAR 5.

#include <cstdint>
#include <optional>

#include <archive.h>

#include "rempart/core/result.hpp"

namespace rempart::examine {

/// To be asked after ARCHIVE_EOF. `truncated` if the format has an end mark and it is not there:
/// tar (zero blocks), zip (end of central directory), RAR (end of archive block), LHA (zero byte),
/// ar (half a header). Some old writers of tar and RAR leave the mark out: the message says "may
/// be". `skipped` for bytes behind a single compressed file. 7z, cpio, cab and the others give
/// nothing: libarchive needs or checks their end.
[[nodiscard]] std::optional<Error> missing_end(archive* reader, int descriptor,
                                               std::uint64_t size_bytes);

/// A checksum of a member's content that is checked here.
struct ContentCheck {
    std::uint32_t crc32 = 0;
    /// If set, the CRC counts only for content of this size modulo 2^32: the trailer of a gzip file
    /// covers the whole only if it has one part.
    std::optional<std::uint32_t> size_mod_2_32;
};
/// To be asked after a header: of the member at hand, where libarchive does not check it.
[[nodiscard]] std::optional<ContentCheck> content_check(archive* reader, int descriptor,
                                                        std::uint64_t size_bytes);

} // namespace rempart::examine
