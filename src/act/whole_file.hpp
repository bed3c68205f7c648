// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// A file that is there whole or not at all.

#include <filesystem>
#include <string_view>

#include "rempart/core/result.hpp"

namespace rempart::act {

/// Writes `text` beside `target`, syncs it and renames it over whatever lies there; readable for
/// the owner only, because a report is as confidential as its case. After a failure the old file is
/// as it was. \return `io`, without the path in the message.
[[nodiscard]] Result<void> write_whole_file(const std::filesystem::path& target,
                                            std::string_view text);

} // namespace rempart::act
