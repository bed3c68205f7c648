// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Files that the user names, worked on by all cores and told in the order in which he named them.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "rempart/core/result.hpp"

namespace rempart::cli {

/// What became of one file.
struct FileOutcome {
    std::vector<std::string> lines; ///< Of data.
    std::optional<Error> complaint; ///< Said on stderr.
    bool is_complete = true;        ///< Not: the exit status says that something was not read.
    std::uint64_t bytes = 0, hits = 0;
};

struct EachFileOptions {
    std::string label; ///< Of the progress, which a terminal shows.
    unsigned jobs = 0; ///< Threads; 0: all cores.
};

/// Calls `work` for each path, on several threads at once. Ctrl-C ends it after the files that are
/// under way.
/// \return the exit status: kOk, kIncomplete, kInterrupted.
[[nodiscard]] int each_file(const std::vector<std::string>& paths, const EachFileOptions& options,
                            const std::function<FileOutcome(const std::string& path)>& work);

} // namespace rempart::cli
