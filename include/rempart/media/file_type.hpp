// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// What a file is, told from its first bytes and never from its name: names lie in evidence.

#include <cstdint>
#include <span>
#include <string_view>

#include "rempart/core/bytes.hpp"

namespace rempart::media {

enum class FileFamily : std::uint8_t {
    unknown,
    picture,
    video,
    audio,
    archive,
    disk_image,
    text,
    document
};

[[nodiscard]] std::string_view name(FileFamily family) noexcept;

/// One line of the table of types.
struct FileType {
    std::string_view id;   ///< Stable and short: "jpeg", "zip". "" for unknown.
    std::string_view mime; ///< "image/jpeg"; "application/octet-stream" for unknown.
    FileFamily family = FileFamily::unknown;
};

/// How many first bytes `detect_type` can make use of.
inline constexpr std::size_t kTypeHeadBytes = 4096;

/// The type of a file that starts with `head`. Compares fixed signatures only: it decodes nothing,
/// so it may run outside the sandbox. Text is told by its bytes ("json" by its first brace).
[[nodiscard]] FileType detect_type(ByteView head);

/// All types, in the order of tries.
[[nodiscard]] std::span<const FileType> file_types() noexcept;

} // namespace rempart::media
