// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// A text taken line by line, each ended by one line feed, with the number for messages.

#include <charconv>
#include <optional>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "rempart/core/result.hpp"

namespace rempart::audit {

/// Holds a view: the text must outlive it.
class Lines {
  public:
    explicit Lines(std::string_view text) : rest_(text) {}

    [[nodiscard]] bool at_end() const { return rest_.empty(); }
    /// What is not taken yet.
    [[nodiscard]] std::string_view rest() const { return rest_; }
    /// The next line without its end. \return `malformed` at the end of the text.
    [[nodiscard]] Result<std::string_view> next() {
        ++number_;
        const std::size_t end = rest_.find('\n');
        if (end == std::string_view::npos) {
            return fault(rest_.empty() ? "the text ends too early" : "no line end");
        }
        const std::string_view line = rest_.substr(0, end);
        rest_.remove_prefix(end + 1);
        return line;
    }
    /// The failure about the line that was taken last.
    [[nodiscard]] tl::unexpected<Error> fault(std::string_view what) const {
        return fail(Errc::malformed, fmt::format("line {}: {}", number_, what));
    }

  private:
    std::string_view rest_;
    std::size_t number_ = 0;
};

/// A decimal number in its one spelling: no sign, space or leading zero.
[[nodiscard]] inline std::optional<std::uint64_t> decimal(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (code != std::errc() || end != text.data() + text.size() || text != std::to_string(value)) {
        return std::nullopt;
    }
    return value;
}

} // namespace rempart::audit
