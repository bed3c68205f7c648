// SPDX-License-Identifier: Apache-2.0
#include <condition_variable>
#include <mutex>
#include <optional>
#include <system_error>
#include <utility>

#include "media/picture_protocol.hpp"
#include "rempart/media/picture.hpp"
#include "rempart/sandbox/child.hpp"

namespace rempart::media {
namespace {

// Our choice: decoders leak and fragment a little, so a worker lives for so many pictures; its
// start (some 50 ms) is then below 0.1 % of its work.
constexpr unsigned kPicturesPerWorker = 2000;

struct Worker {
    std::optional<sandbox::Child> child;
    unsigned pictures = 0;
};

} // namespace

// Workers are taken from and put back on a stack, so that few are started when few are needed.
struct Pool::State {
    PoolConfig config;
    Bytes request;
    mutable std::mutex mutex;
    std::condition_variable freed;
    std::vector<std::unique_ptr<Worker>> free;
    sandbox::Confinement confinement;

    std::unique_ptr<Worker> take() {
        std::unique_lock lock(mutex);
        freed.wait(lock, [this] { return !free.empty(); });
        auto worker = std::move(free.back());
        free.pop_back();
        return worker;
    }

    void put_back(std::unique_ptr<Worker> worker) {
        const std::lock_guard lock(mutex);
        free.push_back(std::move(worker));
        freed.notify_one();
    }

    // The worker's child, started where there is none or it ended.
    Result<sandbox::Child*> running(Worker& worker) {
        if (worker.child && worker.child->alive()) {
            return &*worker.child;
        }
        auto child = sandbox::Child::start(
            {.program = config.worker_program, .arguments = {}, .limits = config.sandbox});
        if (!child) {
            return fail(std::move(child).error());
        }
        sandbox::Child& started = worker.child.emplace(std::move(*child));
        worker.pictures = 0;
        const std::lock_guard lock(mutex);
        confinement = started.confinement();
        return &started;
    }

    // Outer failure: the worker is of no more use.
    Result<PictureAnswer> examine(Worker& worker, int descriptor) {
        const auto child = running(worker);
        if (!child) {
            return fail(child.error());
        }
        ++worker.pictures;
        const auto answer = (*child)->call(request, std::span(&descriptor, 1));
        if (!answer) {
            return fail(answer.error());
        }
        return decode_answer(*answer, config.picture);
    }
};

Pool::Pool(std::unique_ptr<State> state) : state_(std::move(state)) {
}
Pool::Pool(Pool&&) noexcept = default;
Pool& Pool::operator=(Pool&&) noexcept = default;
Pool::~Pool() = default;

Result<Pool> Pool::create(const PoolConfig& config) {
    std::error_code error;
    if (!std::filesystem::is_regular_file(config.worker_program, error)) {
        return fail(Errc::not_found, "the program of the media worker is missing");
    }
    if (config.workers == 0 || config.sandbox.memory_bytes <= kWorkerOverheadBytes) {
        return fail(Errc::invalid_argument, "a media pool needs a worker and 320 MiB for each");
    }
    auto state = std::make_unique<State>();
    state->config = config;
    state->request = encode({.limits = config.picture,
                             .work_bytes = config.sandbox.memory_bytes - kWorkerOverheadBytes});
    for (unsigned i = 0; i < config.workers; ++i) {
        state->free.push_back(std::make_unique<Worker>());
    }
    return Pool(std::move(state));
}

Result<PictureFacts> Pool::examine_picture(int descriptor) {
    auto worker = state_->take();
    auto answer = state_->examine(*worker, descriptor);
    if (!answer || worker->pictures >= kPicturesPerWorker) {
        worker->child.reset();
    }
    state_->put_back(std::move(worker));
    if (!answer) {
        return fail(std::move(answer).error());
    }
    return *std::move(answer);
}

sandbox::Confinement Pool::confinement() const {
    const std::lock_guard lock(state_->mutex);
    return state_->confinement;
}

} // namespace rempart::media
