// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Views and buffers of raw bytes, under one name each.

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace rempart {

using ByteView = std::span<const std::byte>;
using Bytes = std::vector<std::byte>;

/// The bytes of `text`, without a copy; valid as long as the text is.
[[nodiscard]] inline ByteView bytes_of(std::string_view text) {
    return std::as_bytes(std::span(text.data(), text.size()));
}

/// The same memory as characters, whatever they mean; valid as long as `bytes` is.
[[nodiscard]] inline std::string_view chars_of(ByteView bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

} // namespace rempart
