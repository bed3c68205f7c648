// SPDX-License-Identifier: Apache-2.0
#include "pipeline/progress.hpp"

#include <filesystem>

namespace rempart::pipeline {

namespace {

// The files below `folder`, as their directory entries state them. What cannot be listed is left to
// the walk, which gives it a row: this is an estimate.
std::uint64_t bytes_below(const std::filesystem::path& folder, const std::stop_token& stop) {
    namespace fs = std::filesystem;
    std::uint64_t bytes = 0;
    std::error_code unreadable;
    fs::recursive_directory_iterator entry(folder, fs::directory_options::skip_permission_denied,
                                           unreadable);
    while (!unreadable && entry != fs::recursive_directory_iterator() && !stop.stop_requested()) {
        std::error_code gone;
        if (entry->symlink_status(gone).type() == fs::file_type::regular) {
            const std::uintmax_t size = entry->file_size(gone);
            bytes += gone ? 0 : size;
        }
        entry.increment(unreadable);
    }
    return stop.stop_requested() ? 0 : bytes;
}

} // namespace

ProgressTeller::ProgressTeller(const IngestOptions& options, const Counters& counters,
                               const examine::ExhibitPlan& plan, const MediumCheck* medium)
    : options_(options), counters_(counters), total_bytes_(plan.size_bytes), medium_(medium) {
    if (!options_.on_progress) {
        return;
    }
    if (plan.kind == examine::ExhibitKind::folder && options_.estimate == Estimate::folder_size) {
        counting_ =
            std::jthread([this, folder = plan.segments.front()](const std::stop_token& stop) {
                total_bytes_ = bytes_below(folder, stop);
            });
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
