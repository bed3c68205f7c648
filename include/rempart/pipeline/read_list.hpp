// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Reads a list of known material through the confined list_reader: this process never decodes a
/// byte of it.

#include <filesystem>
#include <functional>

#include "rempart/core/result.hpp"
#include "rempart/recognise/hash_list.hpp"
#include "rempart/sandbox/limits.hpp"

namespace rempart::pipeline {

struct ListReaderConfig {
    std::filesystem::path program; ///< Of the role list_reader: sandbox::find_role.
    /// `deadline`: the longest silence of the child. Its memory does not grow with the list.
    sandbox::Limits limits;
};

struct ListRead {
    recognise::HashListSummary summary;
    sandbox::Confinement confinement; ///< What held the child.
};

/// Reads the list behind `descriptor`, a regular file, in `format` or, if null, in the one that
/// claims it, and gives each hash to `take` in the order of the list. `take` may stop the reading
/// by an error. One child a call; memory: one answer of it. On failure, forget what was taken: a
/// list is all or nothing.
/// \return `unsupported` if no format claims it; `invalid_argument` if `options.kind` is missing or
///         stated for a format that names its kinds itself; `malformed` and `limit_exceeded` with
///         the place; what `take` returned; `crashed`, `deadline`, `memory`, `refused` or
///         `bad_answer` for a child that came to no good end.
[[nodiscard]] Result<ListRead>
read_list(int descriptor, const recognise::HashListFormat* format,
          const recognise::HashListOptions& options, const ListReaderConfig& config,
          const std::function<Result<void>(recognise::ListedHash&&)>& take);

} // namespace rempart::pipeline
