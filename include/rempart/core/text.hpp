// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Text that came from evidence: made safe to store, to print and to compare.

#include <cstddef>
#include <string>
#include <string_view>

#include "rempart/core/bytes.hpp"

namespace rempart {

/// Whether `text` is valid UTF-8 (shortest forms, no surrogates, at most U+10FFFF).
[[nodiscard]] bool is_utf8(std::string_view text) noexcept;

/// Valid UTF-8 for any bytes: each byte that is part of no valid sequence becomes "\xHH", NUL
/// becomes "\x00"; and, only where such an escape had to be made, a backslash becomes "\x5c", so
/// that the bytes can be told back. Text that is valid UTF-8 without NUL is returned unchanged.
[[nodiscard]] std::string to_utf8(std::string_view bytes);

/// `text` for a terminal or a log: control characters (C0, DEL, C1), and the Unicode characters
/// that reorder or hide text (bidi marks and overrides, zero-width, line and paragraph separators),
/// become
/// "\u{HEX}". \pre `text` is valid UTF-8; other bytes become "\xHH".
[[nodiscard]] std::string to_terminal(std::string_view text);

/// The first `max_bytes` bytes of `text` at most, never cutting a UTF-8 sequence.
[[nodiscard]] std::string_view cut_utf8(std::string_view text, std::size_t max_bytes) noexcept;

} // namespace rempart
