// SPDX-License-Identifier: Apache-2.0
#include "media/worker_pool.hpp"

#include <system_error>

#include <fmt/format.h>

namespace rempart::media {

WorkerPool::WorkerPool(Setup setup) : setup_(std::move(setup)) {
    for (unsigned i = 0; i < setup_.workers; ++i) {
        free_.push_back(std::make_unique<Worker>());
    }
}

WorkerPool::~WorkerPool() = default;

std::unique_ptr<WorkerPool::Worker> WorkerPool::take() {
    std::unique_lock lock(mutex_);
    freed_.wait(lock, [this] { return !free_.empty(); });
    auto worker = std::move(free_.back());
    free_.pop_back();
    return worker;
}

void WorkerPool::put_back(std::unique_ptr<Worker> worker, Use use) {
    if (use == Use::over || worker->requests >= setup_.requests_per_worker) {
        worker->child.reset();
    }
    const std::lock_guard lock(mutex_);
    free_.push_back(std::move(worker));
    freed_.notify_one();
}

// The worker's child, started where there is none or it ended.
Result<sandbox::Child*> WorkerPool::running(Worker& worker) {
    if (worker.child && worker.child->alive()) {
        return &*worker.child;
    }
    auto child = sandbox::Child::start(
        {.program = setup_.program, .arguments = {}, .limits = setup_.sandbox});
    if (!child) {
        return fail(std::move(child).error());
    }
    sandbox::Child& started = worker.child.emplace(std::move(*child));
    worker.requests = 0;
    const std::lock_guard lock(mutex_);
    confinement_ = started.confinement();
    return &started;
}

Result<Bytes> WorkerPool::exchange(Worker& worker, ByteView request, int descriptor,
                                   std::chrono::milliseconds deadline) {
    const auto child = running(worker);
    if (!child) {
        return fail(child.error());
    }
    ++worker.requests;
    return (*child)->call(request, std::span(&descriptor, 1), deadline);
}

sandbox::Confinement WorkerPool::confinement() const {
    const std::lock_guard lock(mutex_);
    return confinement_;
}

Result<void> check_pool(const WorkerPool::Setup& setup, std::uint64_t overhead_bytes) {
    std::error_code error;
    if (!std::filesystem::is_regular_file(setup.program, error)) {
        return fail(Errc::not_found, "the program of the media worker is missing");
    }
    if (setup.workers == 0 || setup.sandbox.memory_bytes <= overhead_bytes) {
        return fail(
            Errc::invalid_argument,
            fmt::format("a media pool needs a worker and {} MiB for each", overhead_bytes >> 20U));
    }
    return {};
}

} // namespace rempart::media
