// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <charconv>
#include <memory>
#include <optional>
#include <string_view>
#include <system_error>

namespace rempart::examine::chat_reader {

/// The number that all of `text` is, in the form of std::from_chars (for an integer in base 10);
/// nothing if it is none or does not fit.
template <typename Number>
[[nodiscard]] std::optional<Number> number_of(std::string_view text) {
    Number value{};
    const char* const end = std::to_address(text.end());
    const auto [rest, fault] = std::from_chars(std::to_address(text.begin()), end, value);
    if (fault != std::errc() || rest != end) {
        return std::nullopt;
    }
    return value;
}

} // namespace rempart::examine::chat_reader
