// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Whether a file stops before its format says so: decoders say "error" where this says "cut".

#include <string_view>

#include "rempart/core/bytes.hpp"

namespace rempart::media {

/// True if the container of `format` (FileType::id) claims more bytes than there are, or lacks the
/// mark of its end. False if it cannot be told. Looks at lengths only.
[[nodiscard]] bool ends_early(ByteView file, std::string_view format);

} // namespace rempart::media
