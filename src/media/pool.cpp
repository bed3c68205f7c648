// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "media/picture_protocol.hpp"
#include "media/worker_pool.hpp"
#include "rempart/media/picture.hpp"

namespace rempart::media {
namespace {

// Our choice: decoders leak and fragment a little, so a worker lives for so many pictures; its
// start (some 50 ms) is then below 0.1 % of its work.
constexpr unsigned kPicturesPerWorker = 2000;

} // namespace

struct Pool::State {
    State(const PoolConfig& from, WorkerPool::Setup setup)
        : config(from), workers(std::move(setup)) {}

    PoolConfig config;
    Bytes request;
    WorkerPool workers;
};

Pool::Pool(std::unique_ptr<State> state) : state_(std::move(state)) {
}
Pool::Pool(Pool&&) noexcept = default;
Pool& Pool::operator=(Pool&&) noexcept = default;
Pool::~Pool() = default;

Result<Pool> Pool::create(const PoolConfig& config) {
    WorkerPool::Setup setup{.program = config.worker_program,
                            .workers = config.workers,
                            .requests_per_worker = kPicturesPerWorker,
                            .sandbox = config.sandbox};
    if (auto checked = check_pool(setup, kWorkerOverheadBytes); !checked) {
        return fail(std::move(checked).error());
    }
    auto state = std::make_unique<State>(config, std::move(setup));
    state->request = encode({.limits = config.picture,
                             .work_bytes = config.sandbox.memory_bytes - kWorkerOverheadBytes});
    return Pool(std::move(state));
}

Result<PictureFacts> Pool::examine_picture(int descriptor) {
    auto answer = state_->workers.call(
        state_->request, descriptor, state_->config.sandbox.deadline,
        [this](ByteView message) { return decode_answer(message, state_->config.picture); });
    if (!answer) {
        return fail(std::move(answer).error());
    }
    return *std::move(answer);
}

sandbox::Confinement Pool::confinement() const {
    return state_->workers.confinement();
}

} // namespace rempart::media
