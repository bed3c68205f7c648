// SPDX-License-Identifier: Apache-2.0
#include "pipeline/heartbeat.hpp"

#include <array>
#include <random>
#include <utility>

#include <unistd.h>

#include <fmt/format.h>

#include "rempart/casefile/work_queue.hpp"
#include "rempart/core/text.hpp"

namespace rempart::pipeline {

std::string worker_name() {
    std::array<char, 256> host{};
    static_cast<void>(::gethostname(host.data(), host.size() - 1));
    std::random_device random;
    return fmt::format("{}:{}:{:08x}", to_utf8(host.data()), ::getpid(), random());
}

Heartbeat::Heartbeat(std::string place, std::string worker, std::chrono::milliseconds lease,
                     const Counters& counters)
    : place_(std::move(place)), worker_(std::move(worker)), lease_(lease), counters_(counters),
      thread_([this](const std::stop_token& stop) { run(stop); }) {
}

Heartbeat::~Heartbeat() {
    thread_.request_stop();
    wake_.notify_all();
    thread_.join();
    if (file_) {
        static_cast<void>(casefile::remove_worker(*file_, worker_)); // else it is forgotten in time
    }
}

void Heartbeat::set_doing(std::string text) {
    {
        const std::scoped_lock lock(mutex_);
        doing_ = std::move(text);
    }
    wake_.notify_all();
}

void Heartbeat::run(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (!stop.stop_requested()) {
        lock.unlock();
        beat();
        lock.lock();
        wake_.wait_for(lock, stop, lease_ / 4, [] { return false; });
    }
}

void Heartbeat::beat() {
    if (!file_) {
        auto opened = casefile::Case::open(place_, casefile::Access::write);
        if (!opened) {
            return;
        }
        file_.emplace(std::move(*opened));
    }
    casefile::WorkerRecord worker;
    worker.name = worker_;
    worker.items = counters_.items;
    worker.bytes = counters_.bytes;
    {
        const std::scoped_lock lock(mutex_);
        worker.doing = doing_;
    }
    const auto renewed = casefile::heartbeat(*file_, worker_, lease_);
    if (!renewed || !casefile::report_worker(*file_, worker)) {
        file_.reset(); // the server is away: a new connection next time
    }
}

} // namespace rempart::pipeline
