// SPDX-License-Identifier: Apache-2.0
#include "pipeline/progress.hpp"

namespace rempart::pipeline {

ProgressTeller::ProgressTeller(const IngestOptions& options, const Counters& counters,
                               std::uint64_t total_bytes, const MediumCheck* medium)
    : options_(options), counters_(counters), total_bytes_(total_bytes), medium_(medium) {
    if (!options_.on_progress) {
        return;
    }
    thread_ = std::jthread([this](const std::stop_token& stop) {
        constexpr std::chrono::milliseconds kPeriod{250};
        std::unique_lock lock(mutex_);
        while (!stop.stop_requested()) {
            wake_.wait_for(lock, stop, kPeriod, [] { return false; });
            tell();
        }
    });
}

ProgressTeller::~ProgressTeller() = default; // the thread tells once more on its way out

void ProgressTeller::tell() const {
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - started_;
    Progress progress;
    progress.items = counters_.items;
    progress.bytes = counters_.bytes;
    progress.hits = counters_.hits;
    progress.problems = counters_.problems;
    progress.total_bytes = total_bytes_;
    progress.seconds = took.count();
    progress.verifying = medium_ != nullptr && !medium_->done();
    options_.on_progress(progress);
}

} // namespace rempart::pipeline
