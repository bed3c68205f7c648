// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Keeps the leases of a worker alive while it works, on a connection and a thread of its own.

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "pipeline/context.hpp"
#include "rempart/casefile/case.hpp"

namespace rempart::pipeline {

/// "host:pid:random": nobody else's.
[[nodiscard]] std::string worker_name();

class Heartbeat {
  public:
    /// Beats until it is destroyed, which takes the worker off the list of those at work. While the
    /// server is away it tries again: whether a lease still holds the queue says, by its token.
    Heartbeat(std::string place, std::string worker, std::chrono::milliseconds lease,
              const Counters& counters);
    Heartbeat(const Heartbeat&) = delete;
    Heartbeat& operator=(const Heartbeat&) = delete;
    ~Heartbeat();

    /// What the worker is at, as `status` shows it.
    void set_doing(std::string text);

  private:
    void run(const std::stop_token& stop);
    void beat();

    std::string place_, worker_;
    std::chrono::milliseconds lease_;
    const Counters& counters_;
    std::optional<casefile::Case> file_;
    std::mutex mutex_;
    std::string doing_;
    std::condition_variable_any wake_;
    std::jthread thread_;
};

} // namespace rempart::pipeline
