// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Base64 (RFC 4648, section 4) with padding, in its one canonical spelling.

#include <string>
#include <string_view>

#include "rempart/core/bytes.hpp"
#include "rempart/core/result.hpp"

namespace rempart::audit {

[[nodiscard]] std::string encode_base64(ByteView bytes);
/// \return `malformed` for anything that encode_base64 would not write.
[[nodiscard]] Result<Bytes> decode_base64(std::string_view text);

} // namespace rempart::audit
