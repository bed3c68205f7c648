// SPDX-License-Identifier: Apache-2.0
#include "rempart/pipeline/ingest.hpp"

#include <algorithm>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "pipeline/heartbeat.hpp"
#include "pipeline/job_runner.hpp"
#include "pipeline/medium.hpp"
#include "pipeline/plan.hpp"
#include "pipeline/progress.hpp"

namespace rempart::pipeline {
namespace {

using casefile::Case;
using casefile::ExhibitRecord;
using casefile::Job;

TimeValue now_utc() {
    const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
    return {TimeKind::utc,
            std::chrono::duration_cast<std::chrono::microseconds>(since_epoch).count()};
}

/// One ingest from its start to its end: plans the work, then does the jobs of the exhibit that
/// nobody else does.
class Ingest {
  public:
    Ingest(Case& file, const std::filesystem::path& path, const IngestOptions& options)
        : file_(file), path_(path), options_(options), worker_(worker_name()) {}

    Result<IngestSummary> run();

  private:
    Result<void> work();
    Result<void> work_on_jobs(JobRunner& runner);
    Result<std::optional<Job>> claim(std::optional<casefile::Operation> operation);
    Result<void> start_medium();
    Result<void> end_medium();
    Result<IngestSummary> summarise() const;
    [[nodiscard]] bool asked_to_stop() const {
        return options_.stop != nullptr && options_.stop->load();
    }

    Case& file_;
    const std::filesystem::path& path_;
    const IngestOptions& options_;
    std::string worker_;
    PlannedExhibit planned_;
    Counters counters_;
    std::optional<Job> medium_job_;
    std::unique_ptr<MediumCheck> medium_; ///< Beside the parts, where this process does both.
    bool interrupted_ = false;
    std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
};

Result<std::optional<Job>> Ingest::claim(std::optional<casefile::Operation> operation) {
    auto claimed = casefile::claim(file_, {.worker = worker_,
                                           .lease = options_.lease,
                                           .most = 1,
                                           .exhibit = planned_.exhibit.id,
                                           .operation = operation});
    if (!claimed) {
        return fail(std::move(claimed).error());
    }
    return claimed->empty() ? std::nullopt : std::optional<Job>(claimed->front());
}

Result<void> Ingest::start_medium() {
    auto job = claim(casefile::Operation::medium);
    if (!job) {
        return fail(std::move(job).error());
    }
    if (!*job) {
        return {};
    }
    medium_job_ = **job;
    const bool wants_md5 = planned_.plan.kind == examine::ExhibitKind::disk_e01 ||
                           planned_.exhibit.acquired_hash.starts_with("md5:");
    medium_ = std::make_unique<MediumCheck>(
        planned_.plan, examine::ReaderConfig{.libexec_dir = options_.libexec_dir, .limits = {}},
        wants_md5, options_.stop);
    return {};
}

Result<void> Ingest::end_medium() {
    const auto facts = medium_->wait();
    if (!facts && facts.error().code == Errc::interrupted) {
        interrupted_ = true;
        return casefile::release(file_, *medium_job_);
    }
    const auto stored = store_medium(file_, *medium_job_, facts);
    return stored || stored.error().code == Errc::refused ? Result<void>() : fail(stored.error());
}

// Until none is left: what other workers hold is waited for, because it may come back.
Result<void> Ingest::work_on_jobs(JobRunner& runner) {
    constexpr std::chrono::milliseconds kLook{200};
    const auto only =
        options_.until == Until::triage ? std::optional(casefile::Operation::triage) : std::nullopt;
    while (!interrupted_) {
        const auto job = claim(only);
        if (!job) {
            return fail(job.error());
        }
        if (*job) {
            const auto outcome = runner.run(**job);
            if (!outcome) {
                return fail(outcome.error());
            }
            interrupted_ = *outcome == JobOutcome::stopped;
            continue;
        }
        if (medium_job_) { // the last that may be open here: with it the end becomes claimable
            if (auto ended = end_medium(); !ended) {
                return ended;
            }
            medium_job_.reset();
            continue;
        }
        const auto left = casefile::jobs_left(file_, planned_.exhibit.id, only);
        if (!left) {
            return fail(left.error());
        }
        if (*left == 0) {
            return {};
        }
        interrupted_ = asked_to_stop();
        std::this_thread::sleep_for(kLook);
    }
    return {};
}

Result<void> Ingest::work() {
    JobRunner runner(file_, options_, counters_);
    casefile::RunRecord run{.id = 0,
                            .exhibit = planned_.exhibit.id,
                            .command = options_.command,
                            .program_version = options_.program_version,
                            .confinement = {},
                            .outcome = {},
                            .jobs = options_.jobs > 0
                                        ? options_.jobs
                                        : std::max(1U, std::thread::hardware_concurrency()),
                            .started = now_utc(),
                            .ended = {}};
    const auto row = casefile::add_run(file_, run);
    if (!row) {
        return fail(row.error());
    }
    run.id = *row;
    auto done = options_.until == Until::complete ? start_medium() : Result<void>();
    {
        const ProgressTeller teller(options_, counters_, planned_.plan, medium_.get());
        if (done) {
            done = work_on_jobs(runner);
        }
        if (medium_job_ && (!done || interrupted_)) {
            static_cast<void>(casefile::release(file_, *medium_job_));
        }
    }
    run.outcome = !done ? "failed" : interrupted_ ? "interrupted" : "complete";
    run.confinement = runner.confinement();
    run.ended = now_utc();
    auto finished = casefile::finish_run(file_, run);
    return done ? finished : done; // the first failure is the one to tell
}

Result<IngestSummary> Ingest::summarise() const {
    const auto totals = casefile::totals(file_, planned_.exhibit.id);
    if (!totals) {
        return fail(totals.error());
    }
    IngestSummary summary;
    summary.exhibit = planned_.exhibit.label;
    summary.items = totals->items;
    summary.contents = totals->contents;
    summary.bytes = totals->bytes;
    summary.media = totals->pictures + totals->videos;
    summary.messages = totals->messages;
    summary.hits_exact = totals->hits_exact;
    summary.hits_near = totals->hits_near;
    summary.groups_new = totals->groups;
    summary.regrouped = counters_.regrouped;
    const NotRead lost = not_read(*totals);
    summary.damaged = lost.damaged;
    summary.failed = lost.failed;
    summary.unsupported = lost.unsupported;
    const auto parts = casefile::parts(file_, planned_.exhibit.id);
    if (!parts) {
        return fail(parts.error());
    }
    summary.triaged = !parts->empty() && parts->front().depth == name(Depth::triage);
    summary.resumed = planned_.resumed;
    summary.interrupted = interrupted_;
    const auto now = casefile::exhibit_of(file_, planned_.exhibit.id);
    if (!now) {
        return fail(now.error());
    }
    summary.verification = *now ? (*now)->verification : std::string();
    summary.enqueued = options_.enqueue_only && *now && (*now)->state != "complete";
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - started_;
    summary.seconds = took.count();
    return summary;
}

Result<IngestSummary> Ingest::run() {
    auto planned = plan_ingest(file_, path_, options_);
    if (!planned) {
        return fail(std::move(planned).error());
    }
    planned_ = std::move(*planned);
    if (planned_.exhibit.state == "complete" || options_.enqueue_only) {
        return summarise();
    }
    std::optional<Heartbeat> heartbeat;
    if (file_.on_server()) {
        heartbeat.emplace(file_.place(), worker_, options_.lease, counters_);
        heartbeat->set_doing(fmt::format("ingest {}", planned_.exhibit.label));
    } else if (auto freed = casefile::release_all(file_); !freed) { // we hold the write lock
        return fail(std::move(freed).error());
    }
    if (auto done = work(); !done) {
        return fail(std::move(done).error());
    }
    return summarise();
}

} // namespace

NotRead not_read(const casefile::Totals& totals) {
    NotRead lost;
    for (const auto& [code, count] : totals.errors) {
        switch (errc_named(code).value_or(Errc::io)) {
        case Errc::damaged:
        case Errc::truncated:
        case Errc::malformed:
        case Errc::integrity: lost.damaged += count; break;
        case Errc::unsupported:
        case Errc::encrypted:
        case Errc::limit_exceeded: lost.unsupported += count; break;
        case Errc::skipped: break;
        default: lost.failed += count; break;
        }
    }
    return lost;
}

Result<IngestSummary> ingest(Case& file, const std::filesystem::path& path,
                             const IngestOptions& options) {
    return Ingest(file, path, options).run();
}

} // namespace rempart::pipeline
