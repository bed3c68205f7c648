// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The facts as one self-contained HTML page: no script, nothing loaded from anywhere, and a policy
/// that holds a browser to both.

#include <string>
#include <string_view>

#include "act/facts.hpp"

namespace rempart::act {

[[nodiscard]] std::string write_page(const Facts& facts, Language language, Thumbnails thumbnails);

/// The style sheet, and the SHA-256 of its bytes in base64 by which the page's policy allows it
/// and nothing else. A test holds them together.
[[nodiscard]] std::string_view style_sheet() noexcept;
[[nodiscard]] std::string_view style_sha256() noexcept;

} // namespace rempart::act
