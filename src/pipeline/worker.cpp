// SPDX-License-Identifier: Apache-2.0
#include "rempart/pipeline/worker.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "pipeline/heartbeat.hpp"
#include "pipeline/job_runner.hpp"

namespace rempart::pipeline {
namespace {

using casefile::Case;
using casefile::Job;

// Our choices: idle workers ask twice a second together with their neighbours; a server that is
// away is tried at once, then ever more seldom.
constexpr std::chrono::milliseconds kIdle{500};
constexpr std::chrono::milliseconds kFirstRetry{200};
constexpr std::chrono::milliseconds kLongestRetry{5'000};
constexpr int kTries = 2; // of a job whose evidence is not there, by a worker that is to end

class Worker {
  public:
    Worker(const std::string& place, const WorkerOptions& options)
        : place_(place), options_(options) {
        ingest_.jobs = options.jobs;
        ingest_.libexec_dir = options.libexec_dir;
        ingest_.program_version = options.program_version;
        ingest_.on_hit = options.on_hit;
        ingest_.stop = options.stop;
    }

    Result<WorkerSummary> run();

  private:
    [[nodiscard]] bool asked_to_stop() const {
        return options_.stop != nullptr && options_.stop->load();
    }
    void say(const std::string& text) const {
        if (options_.say) {
            options_.say(text);
        }
    }
    void wait(std::chrono::milliseconds span) const;
    Result<void> connect();
    Result<void> give_back_what_was_held();
    Result<void> work();
    Result<bool> work_on_next(JobRunner& runner);
    Result<void> look_back();

    const std::string& place_;
    const WorkerOptions& options_;
    std::string worker_;
    IngestOptions ingest_;
    Counters counters_;
    std::optional<Case> file_;
    std::optional<Heartbeat> heartbeat_;
    WorkerSummary summary_;
    std::optional<Job> held_;                       ///< When the database went away.
    std::chrono::milliseconds pause_ = kFirstRetry; ///< After that, until work goes on.
    std::set<casefile::RowId> worked_on_;
    std::map<audit::Hash, int> failed_; ///< Jobs that cannot be done from here, how often tried.
};

// In short steps, so that a request to stop is heard.
void Worker::wait(std::chrono::milliseconds span) const {
    constexpr std::chrono::milliseconds kStep{50};
    for (auto waited = kStep; waited <= span && !asked_to_stop(); waited += kStep) {
        std::this_thread::sleep_for(kStep);
    }
}

Result<void> Worker::connect() {
    for (auto retry = kFirstRetry; !asked_to_stop(); retry = std::min(retry * 2, kLongestRetry)) {
        auto opened = Case::open(place_, casefile::Access::write);
        if (opened) {
            file_.emplace(std::move(*opened));
            if (options_.purpose) {
                if (auto set = file_->act_for(*options_.purpose); !set) {
                    return set;
                }
            }
            // Under a new name each time: what the lost connection held, perhaps without our
            // knowing that a claim went through, must not be renewed for ever by our heartbeat.
            worker_ = worker_name();
            heartbeat_.emplace(place_, worker_, options_.lease, counters_);
            heartbeat_->set_doing("idle");
            return {};
        }
        if (opened.error().code != Errc::unavailable) {
            return fail(std::move(opened).error());
        }
        if (retry == kFirstRetry) {
            say("the database is away; trying again until it is back");
            ++summary_.reconnects;
        }
        wait(retry);
    }
    return fail(Errc::interrupted, "stopped before the database was reached");
}

// We did not vanish: nothing that was under way is to blame, and nobody has to wait for our lease.
// Under the job's own token, so that it is left alone if it is somebody else's by now.
Result<void> Worker::give_back_what_was_held() {
    if (held_) {
        if (auto released = casefile::release(*file_, *held_); !released) {
            return released;
        }
        held_.reset();
    }
    return {};
}

/// \return false if there is nothing to do.
Result<bool> Worker::work_on_next(JobRunner& runner) {
    casefile::Claim claim;
    claim.worker = worker_;
    claim.lease = options_.lease;
    auto claimed = casefile::claim(*file_, claim);
    if (!claimed) {
        return fail(std::move(claimed).error());
    }
    if (claimed->empty()) {
        return false;
    }
    const Job& job = claimed->front();
    const std::string what = fmt::format(
        "{} exhibit {} part {}", casefile::facts_of(job.operation).name, job.exhibit, job.part);
    heartbeat_->set_doing(what);
    const auto outcome = runner.run(job);
    heartbeat_->set_doing("idle");
    if (!outcome) {
        if (outcome.error().code == Errc::unavailable) {
            held_ = job;
            return fail(outcome.error());
        }
        // The evidence is not to be had from here: others may see it, and so may we later.
        say(fmt::format("{}: {}", what, outcome.error().message));
        if (options_.until_idle && ++failed_[job.id] >= kTries) {
            return fail(outcome.error());
        }
        wait(kLongestRetry);
        return true;
    }
    pause_ = kFirstRetry;
    if (*outcome == JobOutcome::done) {
        ++summary_.jobs;
        worked_on_.insert(job.exhibit);
    }
    summary_.lost += *outcome == JobOutcome::lost ? 1U : 0U;
    return true;
}

/// What became of the exhibits that were worked on here, others' share of the work included.
Result<void> Worker::look_back() {
    for (const casefile::RowId id : worked_on_) {
        const auto totals = casefile::totals(*file_, id);
        const auto exhibit = casefile::exhibit_of(*file_, id);
        if (!totals || !exhibit) {
            return fail(!totals ? totals.error() : exhibit.error());
        }
        summary_.unread += not_read(*totals).all();
        summary_.verification_failed =
            summary_.verification_failed || (*exhibit && (*exhibit)->verification == "failed");
    }
    return {};
}

Result<void> Worker::work() {
    if (auto given = give_back_what_was_held(); !given) {
        return given;
    }
    JobRunner runner(*file_, ingest_, counters_);
    while (!asked_to_stop()) {
        const auto worked = work_on_next(runner);
        if (!worked) {
            return fail(worked.error());
        }
        if (*worked) {
            continue;
        }
        if (options_.until_idle) {
            const auto left = casefile::job_counts(*file_);
            if (!left) {
                return fail(left.error());
            }
            if (left->empty()) {
                return look_back();
            }
        }
        wait(kIdle);
    }
    return {};
}

Result<WorkerSummary> Worker::run() {
    for (;;) {
        auto done = connect();
        if (done) {
            if (!file_->on_server()) {
                return fail(Errc::invalid_argument,
                            "a case in a folder is worked on by `rempart ingest` alone; workers "
                            "need a case on a server");
            }
            done = work();
        }
        file_.reset();
        heartbeat_.reset();
        if (!done && done.error().code == Errc::unavailable) {
            say(done.error().message);
            wait(pause_); // a server that lets us in at once may still have no space
            pause_ = std::min(pause_ * 2, kLongestRetry);
            continue;
        }
        if (!done && done.error().code != Errc::interrupted) {
            return fail(std::move(done).error());
        }
        break;
    }
    summary_.items = counters_.items;
    summary_.bytes = counters_.bytes;
    summary_.hits = counters_.hits;
    summary_.regrouped = counters_.regrouped;
    return summary_;
}

} // namespace

Result<WorkerSummary> run_worker(const std::string& place, const WorkerOptions& options) {
    return Worker(place, options).run();
}

} // namespace rempart::pipeline
