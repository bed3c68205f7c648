// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// A worker of a case on a server: takes the jobs that nobody holds, one after the other, until it
/// is stopped. Any number of them on any machines that see the evidence under the same path; each
/// may come and go at any time, and may die at any time.

#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "rempart/casefile/evidence.hpp"
#include "rempart/core/result.hpp"

namespace rempart::pipeline {

struct WorkerOptions {
    unsigned jobs = 0;                       ///< Threads; 0: all cores.
    std::chrono::milliseconds lease{60'000}; ///< Renewed four times within its length.
    bool until_idle = false;                 ///< End when no job is left, held or not.
    std::filesystem::path libexec_dir;
    std::string program_version;
    std::optional<std::string> purpose; ///< For the log; none: the case's own.
    std::function<void(const casefile::HitView&)> on_hit;
    std::function<void(const std::string&)> say; ///< A line for the operator.
    const std::atomic<bool>* stop = nullptr;     ///< Set it to end after giving back what is held.
};

struct WorkerSummary {
    std::uint64_t jobs = 0, items = 0, bytes = 0, hits = 0;
    std::uint64_t lost = 0;       ///< Jobs whose lease ran out under way.
    std::uint64_t reconnects = 0; ///< After the database was away.
    std::uint64_t regrouped = 0;  ///< Contents that came into another group by what it finished.
    /// Of the exhibits that it did jobs of, once it found nothing left: what could not be read, as
    /// not_read(), and whether a medium is not what was acquired.
    std::uint64_t unread = 0;
    bool verification_failed = false;
};

/// \return `invalid_argument` for a case in a folder, `refused`, `not_found`, `malformed`,
/// `unsupported` as Case::open; never `unavailable`: for a server that is away it waits.
[[nodiscard]] Result<WorkerSummary> run_worker(const std::string& place,
                                               const WorkerOptions& options);

} // namespace rempart::pipeline
