// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// A fixed number of threads that run tasks in the order in which they were given, and strands:
/// tasks of one strand run one after the other, on any thread.

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace rempart::pipeline {

class ThreadPool {
  public:
    explicit ThreadPool(unsigned threads);
    ThreadPool(const ThreadPool&) = delete;
    ThreadPool& operator=(const ThreadPool&) = delete;
    /// Runs what was given before, then ends the threads.
    ~ThreadPool();

    /// Never waits. The number of tasks is bounded by the caller (the walk's window).
    void submit(std::function<void()> task);
    /// Forgets the tasks that no thread has begun: their results are not wanted any more.
    void discard_waiting();

  private:
    void work();

    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<std::function<void()>> tasks_;
    bool ending_ = false;
    std::vector<std::jthread> threads_;
};

/// Shared, because the tasks that are under way keep it alive after its owner let go.
class Strand : public std::enable_shared_from_this<Strand> {
  public:
    explicit Strand(ThreadPool& pool) : pool_(pool) {}
    void post(std::function<void()> task);

  private:
    void run();

    ThreadPool& pool_;
    std::mutex mutex_;
    std::deque<std::function<void()>> tasks_;
    bool running_ = false;
};

} // namespace rempart::pipeline
