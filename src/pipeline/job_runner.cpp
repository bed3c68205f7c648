// SPDX-License-Identifier: Apache-2.0
#include "pipeline/job_runner.hpp"

#include <algorithm>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "pipeline/ask_case.hpp"
#include "pipeline/list_files.hpp"
#include "pipeline/medium.hpp"
#include "pipeline/part_work.hpp"
#include "pipeline/recognise_work.hpp"
#include "rempart/pipeline/hygiene.hpp"
#include "rempart/pipeline/queue.hpp"

namespace rempart::pipeline {
namespace {

using casefile::Job;

// What of the medium is unreadable has a row of its own, because no file may lie there.
casefile::ItemRecord unread_item(const std::vector<examine::UnreadRange>& ranges) {
    casefile::ItemRecord item;
    item.path = "(medium)";
    item.kind = "problem";
    item.state = "allocated";
    for (const examine::UnreadRange& range : ranges) {
        item.unread.push_back({range.offset_bytes, range.size_bytes});
        item.size_bytes += range.size_bytes;
    }
    item.error = Error{Errc::damaged,
                       fmt::format("{} bytes of the medium in {} places are unreadable, the "
                                   "first at byte {}; names and files that lay there are missing",
                                   item.size_bytes, ranges.size(), ranges.front().offset_bytes)};
    return item;
}

bool lease_was_lost(const Error& error) {
    return error.code == Errc::refused;
}

} // namespace

bool is_disk(examine::ExhibitKind kind) noexcept {
    return kind == examine::ExhibitKind::disk_raw || kind == examine::ExhibitKind::disk_e01;
}

std::string_view name(Depth depth) noexcept {
    switch (depth) {
    case Depth::catalogue: return "catalogue";
    case Depth::triage: return "triage";
    case Depth::recognition: break;
    }
    return "recognition";
}

std::optional<Depth> depth_named(std::string_view name) noexcept {
    for (const Depth depth : {Depth::catalogue, Depth::triage, Depth::recognition}) {
        if (pipeline::name(depth) == name) {
            return depth;
        }
    }
    return std::nullopt;
}

casefile::Operation first_operation(Depth depth) noexcept {
    return depth == Depth::triage ? casefile::Operation::triage : casefile::Operation::examine;
}

Result<examine::ExhibitPlan> evidence_of(const casefile::ExhibitRecord& exhibit) {
    auto plan = examine::plan_exhibit(exhibit.source);
    if (!plan) {
        return plan;
    }
    if (exhibit.kind != name(plan->kind) || exhibit.size_bytes != plan->size_bytes) {
        return fail(Errc::invalid_argument,
                    "what lies at the exhibit's path is not what was planned");
    }
    return plan;
}

Result<std::unique_ptr<examine::Source>> open_evidence(const examine::ExhibitPlan& plan,
                                                       const examine::ReaderConfig& readers,
                                                       const examine::WalkStart& start) {
    return is_disk(plan.kind) ? examine::open_disk(plan, readers, start)
                              : examine::open_folder(plan, start);
}

/// Costly to make, the same for every part.
struct JobRunner::Tools {
    Matcher matcher;
    std::uint64_t matcher_hashes =
        0; ///< Of the lists that it holds: another count is another state.
    std::unique_ptr<StoredContents> stored;
    media::Pool media;
    media::VideoPool videos;
};

JobRunner::JobRunner(casefile::Case& file, const IngestOptions& options, Counters& counters)
    : file_(file), options_(options), counters_(counters),
      threads_(options.jobs > 0 ? options.jobs : std::max(1U, std::thread::hardware_concurrency())),
      readers_{.libexec_dir = options.libexec_dir, .limits = {}} {
}

JobRunner::~JobRunner() = default;

std::string JobRunner::confinement() const {
    return fmt::format("readers: {}; media: {}", reader_confinement_.describe(),
                       tools_ ? tools_->media.confinement().describe()
                              : sandbox::Confinement{}.describe());
}

Result<JobRunner::Tools*> JobRunner::tools() {
    auto lists = casefile::lists(file_);
    if (!lists) {
        return fail(lists.error());
    }
    std::uint64_t hashes = lists->size();
    for (const casefile::ListRecord& list : *lists) {
        const auto versions = casefile::list_versions(file_, list.id);
        if (!versions) {
            return fail(versions.error());
        }
        hashes += list.hashes + 1;
        for (const casefile::ListVersionRecord& version : *versions) {
            hashes += version.hashes + 1;
        }
    }
    if (tools_ && tools_->matcher_hashes == hashes) {
        return tools_.get();
    }
    auto matcher = Matcher::load(file_);
    if (!matcher) {
        return fail(matcher.error());
    }
    auto stored = StoredContents::open(file_.place());
    if (!stored) {
        return fail(stored.error());
    }
    auto media = media::Pool::create({.worker_program = options_.libexec_dir / "media_worker",
                                      .workers = threads_,
                                      .picture = {},
                                      .sandbox = {.memory_bytes = std::uint64_t{1} << 30,
                                                  .deadline = std::chrono::seconds(20),
                                                  .max_answer_bytes = std::size_t{4} << 20}});
    if (!media) {
        return fail(media.error());
    }
    auto videos = media::VideoPool::create({.worker_program = options_.libexec_dir / "video_worker",
                                            .workers = threads_,
                                            .video = {}});
    if (!videos) {
        return fail(videos.error());
    }
    tools_ = std::make_unique<Tools>(Tools{std::move(*matcher), hashes, std::move(*stored),
                                           std::move(*media), std::move(*videos)});
    return tools_.get();
}

namespace {

bool tells_damage(Errc why) {
    return why == Errc::integrity || why == Errc::malformed || why == Errc::truncated;
}

} // namespace

Result<casefile::ExhibitRecord> JobRunner::exhibit_of(const Job& job) {
    auto exhibit = casefile::exhibit_of(file_, job.exhibit);
    if (!exhibit) {
        return fail(std::move(exhibit).error());
    }
    if (!*exhibit) {
        return fail(Errc::integrity, "a job is about an exhibit that the case does not have");
    }
    return std::move(**exhibit);
}

Result<JobOutcome> JobRunner::run(const Job& job) {
    Result<JobOutcome> outcome = fail(Errc::unsupported, "unknown operation");
    switch (job.operation) {
    case casefile::Operation::triage:
    case casefile::Operation::examine:
    case casefile::Operation::recognise: outcome = run_part(job); break;
    case casefile::Operation::medium: outcome = run_medium(job); break;
    case casefile::Operation::finish: outcome = run_finish(job); break;
    }
    if (!outcome && lease_was_lost(outcome.error())) {
        return JobOutcome::lost;
    }
    const bool give_back =
        outcome ? *outcome == JobOutcome::stopped : outcome.error().code != Errc::unavailable;
    if (give_back) {
        static_cast<void>(casefile::release(file_, job)); // else its lease runs out
    }
    return outcome;
}

// A compiled file of a list may turn out to be damaged while it is asked: it is made anew from the
// case's rows, and the part goes on behind what it committed.
Result<JobOutcome> JobRunner::run_part(const Job& job) {
    auto outcome = try_part(job);
    if (outcome || !tools_ || !tells_damage(outcome.error().code)) {
        return outcome;
    }
    tools_.reset();
    const auto discarded = discard_damaged_list_files(file_);
    return discarded && *discarded > 0 ? try_part(job) : outcome;
}

Result<JobOutcome> JobRunner::try_part(const Job& job) {
    const auto exhibit = exhibit_of(job);
    if (!exhibit) {
        return fail(exhibit.error());
    }
    const auto plan = evidence_of(*exhibit);
    if (!plan) {
        return fail(plan.error());
    }
    const auto tools = this->tools();
    if (!tools) {
        return fail(tools.error());
    }
    const PartWork::Setup setup{.file = file_,
                                .job = job,
                                .exhibit = *exhibit,
                                .plan = *plan,
                                .options = options_,
                                .readers = readers_,
                                .threads = threads_,
                                .matcher = (*tools)->matcher,
                                .stored = *(*tools)->stored,
                                .media = (*tools)->media,
                                .videos = (*tools)->videos,
                                .counters = counters_};
    if (job.operation == casefile::Operation::recognise) {
        return RecogniseWork(setup).run();
    }
    PartWork work(setup);
    auto outcome = work.run();
    if (const auto& confinement = work.reader_confinement()) {
        reader_confinement_ = *confinement;
    }
    return outcome;
}

Result<JobOutcome> JobRunner::run_medium(const Job& job) {
    const auto exhibit = exhibit_of(job);
    if (!exhibit) {
        return fail(exhibit.error());
    }
    const auto plan = evidence_of(*exhibit);
    if (!plan) {
        return fail(plan.error());
    }
    const bool wants_md5 =
        plan->kind == examine::ExhibitKind::disk_e01 || exhibit->acquired_hash.starts_with("md5:");
    MediumCheck check(*plan, readers_, wants_md5, options_.stop);
    const auto facts = check.wait();
    if (!facts && facts.error().code == Errc::interrupted) {
        return JobOutcome::stopped;
    }
    return store_medium(file_, job, facts);
}

Result<JobOutcome> JobRunner::run_finish(const Job& job) {
    if (auto joined = casefile::join_attachments(file_, job.exhibit); !joined) {
        return fail(joined.error());
    }
    // Lists that came while the exhibit was read: its earlier parts did not ask them.
    if (auto asked = ask_due_lists(file_, threads_, job.exhibit); !asked) {
        return fail(std::move(asked).error());
    }
    const auto quarantined = quarantine_floods(file_); // before what follows from it
    if (!quarantined) {
        return fail(quarantined.error());
    }
    const auto finished = finish_exhibit(file_, job, threads_);
    if (!finished) {
        return fail(finished.error());
    }
    counters_.regrouped += finished->moved;
    return JobOutcome::done;
}

Result<JobOutcome> store_medium(casefile::Case& file, const Job& job,
                                const Result<MediumFacts>& facts) {
    if (facts && !facts->unread.empty()) {
        const auto parts = casefile::parts(file, job.exhibit);
        if (!parts) {
            return fail(parts.error());
        }
        auto writer = casefile::IngestWriter::open(file, job.exhibit, parts->size());
        if (!writer) {
            return fail(writer.error());
        }
        writer->at_begin(
            [&](casefile::Database& database) { return casefile::check_ours(database, job); });
        if (writer->resume_point().top_level_items == 0) { // else an earlier worker stored it
            casefile::ItemRecord item = unread_item(facts->unread);
            item.seq = writer->next_seq();
            auto added = writer->add_item(item);
            if (added) {
                added = writer->commit();
            }
            if (!added) {
                return fail(std::move(added).error());
            }
        }
    }
    const auto change = [&](casefile::ExhibitRecord& record) {
        if (!facts) {
            record.verification = "failed";
            record.error = facts.error();
            return;
        }
        record.verification = verdict_on(*facts, record.acquired_hash);
        record.medium_md5 = facts->md5;
        record.medium_sha1 = facts->sha1;
        record.medium_sha256 = facts->sha256;
        record.stored_md5 = facts->stored_md5;
        record.stored_sha1 = facts->stored_sha1;
    };
    auto done =
        casefile::change_exhibit(file, job.exhibit, change, [&](casefile::Database& database) {
            return casefile::complete(database, job);
        });
    return done ? Result<JobOutcome>(JobOutcome::done) : fail(std::move(done).error());
}

} // namespace rempart::pipeline
