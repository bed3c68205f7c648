// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The chain of blocks of a RAR archive, only as far as libarchive 3.6.2 leaves something unsaid:
/// it takes a missing end for the end, and does not check the CRC of stored members of RAR 5.
///
/// Sources: "RAR 5.0 archive format" (rarlab.com/technote.htm); for RAR 4 the technical note that
/// came with version 3.9.

#include <cstdint>
#include <optional>

#include "rempart/core/result.hpp"

namespace rempart::examine {

enum class RarVersion : std::uint8_t { rar4, rar5 };

/// Where an archive of `size_bytes` behind `descriptor` is looked at.
struct RarPlace {
    int descriptor = -1;
    std::uint64_t size_bytes = 0;
    std::uint64_t at = 0; ///< Where a block begins, or the signature before the first.
};

enum class RarEnd : std::uint8_t {
    there,     ///< An end of archive block.
    continues, ///< One that says that the archive goes on in a further volume.
    missing,
};
/// What comes behind the last member: from `place` on, past blocks that are no members.
[[nodiscard]] RarEnd find_rar_end(RarVersion version, RarPlace place);

/// The CRC-32 of the content of the next member behind `place`, if it is a whole, stored member of
/// RAR 5 that has one.
[[nodiscard]] std::optional<std::uint32_t> stored_rar5_crc(RarPlace place);

} // namespace rempart::examine
