// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The names of archive members as labels: never paths, whatever they look like.

#include <cstdint>
#include <string>
#include <string_view>

namespace rempart::examine {

enum class NameOrigin : std::uint8_t {
    /// Bytes that are not UTF-8 are code page 437 (APPNOTE.TXT 6.3.10, appendix D), and backslashes
    /// in a name without any slash are separators, as libarchive has it for the other names.
    zip,
    other, ///< Bytes that are not UTF-8 stay bytes, escaped.
};

/// Valid UTF-8 for the name as written: "..", a leading '/', drive letters and repeated names stay
/// as they are, because they say something about who made the archive. An item's path is the
/// archive's, then '!', then this label: relative whatever it looks like.
[[nodiscard]] std::string member_label(std::string_view name, NameOrigin origin);

/// Code page 437 to UTF-8; the bytes below 0x80 are ASCII.
[[nodiscard]] std::string from_cp437(std::string_view bytes);

} // namespace rempart::examine
