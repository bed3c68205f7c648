// SPDX-License-Identifier: Apache-2.0
#include "pipeline/thread_pool.hpp"

#include <utility>

namespace rempart::pipeline {

ThreadPool::ThreadPool(unsigned threads) {
    threads_.reserve(threads);
    for (unsigned i = 0; i < threads; ++i) {
        threads_.emplace_back([this] { work(); });
    }
}

ThreadPool::~ThreadPool() {
    {
        const std::scoped_lock lock(mutex_);
        ending_ = true;
    }
    wake_.notify_all();
}

void ThreadPool::submit(std::function<void()> task) {
    {
        const std::scoped_lock lock(mutex_);
        tasks_.push_back(std::move(task));
    }
    wake_.notify_one();
}

void ThreadPool::discard_waiting() {
    std::deque<std::function<void()>> discarded; // destroyed after the lock is given back
    {
        const std::scoped_lock lock(mutex_);
        discarded.swap(tasks_);
    }
}

void ThreadPool::work() {
    while (true) {
        std::function<void()> task;
        {
            std::unique_lock lock(mutex_);
            wake_.wait(lock, [this] { return ending_ || !tasks_.empty(); });
            if (tasks_.empty()) {
                return;
            }
            task = std::move(tasks_.front());
            tasks_.pop_front();
        }
        task();
    }
}

void Strand::post(std::function<void()> task) {
    {
        const std::scoped_lock lock(mutex_);
        tasks_.push_back(std::move(task));
        if (running_) {
            return;
        }
        running_ = true;
    }
    pool_.submit([self = shared_from_this()] { self->run(); });
}

void Strand::run() {
    while (true) {
        std::function<void()> task;
        {
            const std::scoped_lock lock(mutex_);
            if (tasks_.empty()) {
                running_ = false;
                return;
            }
            task = std::move(tasks_.front());
            tasks_.pop_front();
        }
        task();
    }
}

} // namespace rempart::pipeline
