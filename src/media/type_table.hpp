// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The one table of file types: a line is a type and what its first bytes must be.
///
/// Sources: the formats' own specifications, and IANA's registry for the media types. A line's
/// `test` says what a fixed signature cannot. Every line demands enough bytes to be sure: a head
/// cut short gives the same type or none, never another.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "rempart/media/file_type.hpp"

namespace rempart::media {

/// Bytes that must stand at an offset; none if `bytes` is empty.
struct Magic {
    std::size_t offset = 0;
    std::string_view bytes;
};

struct TypeLine {
    FileType type;
    std::array<Magic, 2> all{};       ///< Both must hold.
    bool (*test)(ByteView) = nullptr; ///< And this, if there is one.
};

/// The lines in the order of tries; those of one type may be several. Text comes last, because
/// everything else is also looked for in it.
[[nodiscard]] std::span<const TypeLine> type_lines() noexcept;

/// Whether this one line claims `head`, whatever the others say.
[[nodiscard]] bool claims(const TypeLine& line, ByteView head);

} // namespace rempart::media
