// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

#include "support/files.hpp"

namespace rempart {

/// Public test data that lies beside the repository: REMPART_SHARED, or ../shared. A test that
/// needs it skips itself only if the folder is absent.
inline std::filesystem::path shared_dir() {
    const char* named = std::getenv("REMPART_SHARED"); // NOLINT(concurrency-mt-unsafe)
    return named != nullptr ? std::filesystem::path(named) : kSourceDir / ".." / "shared";
}

/// `part` below it, "" if the folder is not there.
inline std::filesystem::path shared_path(const std::filesystem::path& part) {
    return std::filesystem::exists(shared_dir()) ? shared_dir() / part : std::filesystem::path();
}

} // namespace rempart
