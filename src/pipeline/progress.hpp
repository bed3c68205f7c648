// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Tells how far an ingest is, a few times a second, from a thread of its own.

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "pipeline/context.hpp"
#include "pipeline/medium.hpp"

namespace rempart::pipeline {

/// Tells from construction to destruction, and once more at the end.
class ProgressTeller {
  public:
    /// \param plan a disk image's size is its total; a folder is summed up if the options ask for
    /// it.
    ProgressTeller(const IngestOptions& options, const Counters& counters,
                   const examine::ExhibitPlan& plan, const MediumCheck* medium);
    ProgressTeller(const ProgressTeller&) = delete;
    ProgressTeller& operator=(const ProgressTeller&) = delete;
    ~ProgressTeller();

  private:
    void tell() const;

    const IngestOptions& options_;
    const Counters& counters_;
    std::atomic<std::uint64_t> total_bytes_;
    const MediumCheck* medium_;
    std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
    std::mutex mutex_;
    std::condition_variable_any wake_;
    std::jthread counting_;
    std::jthread thread_;
};

} // namespace rempart::pipeline
