// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// What lists say of a content, in one column.

#include <cstdint>
#include <string>
#include <string_view>

#include "rempart/casefile/evidence.hpp"

namespace rempart::casefile {

/// An expression for the content that `content` names: one bit for each member of KnownBy. Few
/// hits are read for it, by the content.
[[nodiscard]] std::string known_by_sql(std::string_view content);
[[nodiscard]] KnownBy known_by(std::int64_t bits) noexcept;

} // namespace rempart::casefile
