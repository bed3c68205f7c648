// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Confined workers of one role that answer one request at a time: what the pools of pictures and
/// of videos share.

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "rempart/core/bytes.hpp"
#include "rempart/core/result.hpp"
#include "rempart/sandbox/child.hpp"

namespace rempart::media {

/// Thread-safe: a call waits for a free worker. Workers start on first need; one that failed, or
/// whose answer was refused, is replaced, and so is each after so many requests.
class WorkerPool {
  public:
    struct Setup {
        std::filesystem::path program;
        unsigned workers = 1;
        unsigned requests_per_worker = 1;
        sandbox::Limits sandbox;
    };
    explicit WorkerPool(Setup setup);
    WorkerPool(const WorkerPool&) = delete;
    WorkerPool& operator=(const WorkerPool&) = delete;
    ~WorkerPool();

    /// Sends `request` with one descriptor and gives the answer to `decode`, whose failure costs
    /// the worker as a crash does.
    template <typename Decode>
    auto call(ByteView request, int descriptor, std::chrono::milliseconds deadline, Decode&& decode)
        -> decltype(decode(ByteView())) {
        auto worker = take();
        const auto message = exchange(*worker, request, descriptor, deadline);
        if (!message) {
            put_back(std::move(worker), Use::over);
            return fail(message.error());
        }
        auto answer = decode(ByteView(*message));
        put_back(std::move(worker), answer ? Use::goes_on : Use::over);
        return answer;
    }

    /// What confined the workers; valid after the first call.
    [[nodiscard]] sandbox::Confinement confinement() const;

  private:
    struct Worker {
        std::optional<sandbox::Child> child;
        unsigned requests = 0;
    };
    enum class Use : std::uint8_t { goes_on, over };

    [[nodiscard]] std::unique_ptr<Worker> take();
    void put_back(std::unique_ptr<Worker> worker, Use use);
    [[nodiscard]] Result<sandbox::Child*> running(Worker& worker);
    [[nodiscard]] Result<Bytes> exchange(Worker& worker, ByteView request, int descriptor,
                                         std::chrono::milliseconds deadline);

    Setup setup_;
    mutable std::mutex mutex_;
    std::condition_variable freed_;
    std::vector<std::unique_ptr<Worker>> free_; ///< A stack: few start when few are needed.
    sandbox::Confinement confinement_;
};

/// \return `not_found` if the program of the role is missing, `invalid_argument` without a worker
///         or with no more memory for each than `overhead_bytes`.
[[nodiscard]] Result<void> check_pool(const WorkerPool::Setup& setup, std::uint64_t overhead_bytes);

} // namespace rempart::media
