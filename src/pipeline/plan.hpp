// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// From a path to an exhibit of the case with its parts and jobs.

#include <filesystem>

#include "rempart/casefile/evidence.hpp"
#include "rempart/examine/source.hpp"
#include "rempart/pipeline/ingest.hpp"

namespace rempart::pipeline {

struct PlannedExhibit {
    casefile::ExhibitRecord exhibit;
    examine::ExhibitPlan plan;
    bool resumed = false; ///< Some of its items are in the case already.
};

/// Finds the exhibit of that label or adds it, and plans its work unless that was done before.
/// \return as ingest().
[[nodiscard]] Result<PlannedExhibit>
plan_ingest(casefile::Case& file, const std::filesystem::path& path, const IngestOptions& options);

/// Into how many parts `items` items are split, at most `most` (0: as many as they are worth), and
/// where each begins.
[[nodiscard]] std::vector<std::uint64_t> part_starts(std::uint64_t items, unsigned most);

} // namespace rempart::pipeline
