// SPDX-License-Identifier: Apache-2.0
#include "rempart/pipeline/ingest.hpp"

#include <algorithm>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "pipeline/committer.hpp"
#include "pipeline/context.hpp"
#include "pipeline/medium.hpp"
#include "pipeline/progress.hpp"
#include "pipeline/walk.hpp"
#include "rempart/pipeline/queue.hpp"

namespace rempart::pipeline {
namespace {

using casefile::Case;
using casefile::ExhibitRecord;

// Our choice: with the readers' slots and the workers' buffers this keeps an ingest under the
// 512 MiB that docs/architecture.md promises.
constexpr std::uint64_t kMaxSpoolMemoryBytes = std::uint64_t{96} << 20;

TimeValue now_utc() {
    const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
    return {TimeKind::utc,
            std::chrono::duration_cast<std::chrono::microseconds>(since_epoch).count()};
}

bool is_disk(examine::ExhibitKind kind) {
    return kind == examine::ExhibitKind::disk_raw || kind == examine::ExhibitKind::disk_e01;
}

/// One ingest from its start to its end.
class Ingest {
  public:
    Ingest(Case& file, const std::filesystem::path& path, const IngestOptions& options)
        : file_(file), path_(path), options_(options),
          jobs_(options.jobs > 0 ? options.jobs
                                 : std::max(1U, std::thread::hardware_concurrency())),
          readers_{.libexec_dir = options.libexec_dir, .limits = {}} {}

    Result<IngestSummary> run();

  private:
    Result<void> find_or_add_exhibit();
    Result<void> walk_exhibit();
    Result<void> walk_with(const Matcher& matcher, StoredContents& stored, media::Pool& media,
                           casefile::IngestWriter writer);
    Result<std::unique_ptr<examine::Source>> open_source(std::uint64_t first_ordinal) const;
    Result<void> end_of_walk(WalkResult&& walked);
    Result<void> verify();
    Result<void> complete();
    Result<IngestSummary> summarise() const;

    Case& file_;
    const std::filesystem::path& path_;
    const IngestOptions& options_;
    unsigned jobs_;
    examine::ReaderConfig readers_;
    examine::ExhibitPlan plan_;
    ExhibitRecord exhibit_;
    casefile::RunRecord run_;
    Counters counters_;
    std::unique_ptr<MediumCheck> medium_;
    std::vector<examine::UnreadRange> medium_unread_;
    std::vector<examine::VolumeInfo> volumes_;
    sandbox::Confinement reader_confinement_;
    sandbox::Confinement media_confinement_;
    bool resumed_ = false;
    bool interrupted_ = false;
    std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
};

Result<void> Ingest::find_or_add_exhibit() {
    auto plan = examine::plan_exhibit(path_);
    if (!plan) {
        return fail(plan.error());
    }
    plan_ = std::move(*plan);
    std::string acquired;
    if (!options_.acquired_hash.empty()) {
        auto checked = checked_acquired_hash(options_.acquired_hash);
        if (!checked) {
            return fail(checked.error());
        }
        acquired = std::move(*checked);
    }
    auto found = casefile::exhibit_labelled(file_, options_.label);
    if (!found) {
        return fail(found.error());
    }
    if (*found) {
        exhibit_ = std::move(**found);
        resumed_ = true;
        const bool same =
            exhibit_.kind == name(plan_.kind) && exhibit_.size_bytes == plan_.size_bytes;
        if (!same) {
            return fail(Errc::invalid_argument,
                        "the label belongs to other evidence in this case: give another --exhibit");
        }
        if (!acquired.empty() && acquired != exhibit_.acquired_hash) {
            return fail(Errc::invalid_argument,
                        "the acquired hash differs from the one given before for this exhibit");
        }
        return {};
    }
    exhibit_.label = options_.label;
    exhibit_.kind = name(plan_.kind);
    exhibit_.source = path_.string();
    exhibit_.size_bytes = plan_.size_bytes;
    exhibit_.acquired_hash = acquired;
    exhibit_.verification = is_disk(plan_.kind) ? "pending" : "not-applicable";
    exhibit_.state = "open";
    const auto added = casefile::add_exhibit(file_, exhibit_);
    if (!added) {
        return fail(added.error());
    }
    exhibit_.id = *added;
    return {};
}

Result<std::unique_ptr<examine::Source>> Ingest::open_source(std::uint64_t first_ordinal) const {
    const examine::WalkStart start{first_ordinal};
    return is_disk(plan_.kind) ? examine::open_disk(plan_, readers_, start)
                               : examine::open_folder(plan_, start);
}

Result<void> Ingest::walk_exhibit() {
    const auto matcher = Matcher::load(file_);
    if (!matcher) {
        return fail(matcher.error());
    }
    auto stored = StoredContents::open(file_.place());
    if (!stored) {
        return fail(stored.error());
    }
    auto media = media::Pool::create({.worker_program = options_.libexec_dir / "media_worker",
                                      .workers = jobs_,
                                      .picture = {},
                                      .sandbox = {.memory_bytes = std::uint64_t{1} << 30,
                                                  .deadline = std::chrono::seconds(20),
                                                  .max_answer_bytes = std::size_t{4} << 20}});
    if (!media) {
        return fail(media.error());
    }
    auto writer = casefile::IngestWriter::open(file_, exhibit_.id);
    if (!writer) {
        return fail(writer.error());
    }
    auto walked = walk_with(*matcher, **stored, *media, std::move(*writer));
    media_confinement_ = media->confinement();
    return walked;
}

Result<void> Ingest::walk_with(const Matcher& matcher, StoredContents& stored, media::Pool& media,
                               casefile::IngestWriter writer) {
    const casefile::ResumeRecord at = writer.resume_point();
    ResumePoint start{.next_seq = at.next_seq};
    if (at.top_level_items > 0) {
        start.first_seq = at.last_top_level_seq;
        start.first_ordinal = at.top_level_items - 1;
    }
    resumed_ = resumed_ && at.next_seq > 0;
    auto source = open_source(start.first_ordinal);
    if (!source) {
        return fail(source.error());
    }
    Committer committer({.file = file_,
                         .exhibit = exhibit_.id,
                         .exhibit_label = exhibit_.label,
                         .options = options_,
                         .counters = counters_,
                         .readers = readers_},
                        std::move(writer));
    // In this order: tasks that are still under way at a stop use all that stands above them.
    SpoolSpace spool_space(file_.spool_folder(), kMaxSpoolMemoryBytes);
    ThreadPool threads(jobs_);
    const Context context{.options = options_,
                          .threads = threads,
                          .media = media,
                          .matcher = matcher,
                          .stored = stored,
                          .spool_space = spool_space,
                          .counters = counters_};
    Walk walk(context, committer, readers_, start);
    auto walked = walk.run(std::move(*source));
    const bool cut_short = !walked || walked->stopped;
    if (cut_short) {
        threads.discard_waiting();
    }
    if (auto written = committer.finish(cut_short ? 0 : walked->end_seq, cut_short); !written) {
        return written;
    }
    if (!walked) {
        return fail(walked.error());
    }
    interrupted_ = walked->stopped;
    return interrupted_ ? Result<void>{} : end_of_walk(std::move(*walked));
}

Result<void> Ingest::end_of_walk(WalkResult&& walked) {
    reader_confinement_ = walked.end.confinement;
    exhibit_.error = walked.ended_early;
    std::vector<casefile::VolumeRecord> volumes;
    for (examine::VolumeInfo& volume : walked.end.volumes) {
        volumes.push_back({.offset_bytes = volume.offset_bytes,
                           .size_bytes = volume.size_bytes,
                           .label = std::move(volume.label),
                           .file_system = std::move(volume.file_system),
                           .items = volume.items,
                           .error = std::move(volume.error)});
    }
    return casefile::replace_volumes(file_, exhibit_.id, volumes);
}

Result<void> Ingest::verify() {
    if (!medium_) {
        return {};
    }
    auto facts = medium_->wait();
    if (!facts) {
        if (facts.error().code == Errc::interrupted) {
            interrupted_ = true;
            return {};
        }
        exhibit_.verification = "failed";
        exhibit_.error = facts.error();
        return {};
    }
    exhibit_.verification = verdict_on(*facts, exhibit_.acquired_hash);
    exhibit_.medium_md5 = facts->md5;
    exhibit_.medium_sha1 = facts->sha1;
    exhibit_.medium_sha256 = facts->sha256;
    exhibit_.stored_md5 = facts->stored_md5;
    exhibit_.stored_sha1 = facts->stored_sha1;
    medium_unread_ = std::move(facts->unread);
    return {};
}

// The last rows of an exhibit and its end, together: what of the medium is unreadable has a row of
// its own, because no file may lie there.
Result<void> Ingest::complete() {
    auto writer = casefile::IngestWriter::open(file_, exhibit_.id);
    if (!writer) {
        return fail(writer.error());
    }
    if (!medium_unread_.empty()) {
        casefile::ItemRecord item;
        item.seq = writer->next_seq();
        item.path = "(medium)";
        item.kind = "problem";
        item.state = "allocated";
        std::uint64_t bytes = 0;
        for (const examine::UnreadRange& range : medium_unread_) {
            item.unread.push_back({range.offset_bytes, range.size_bytes});
            bytes += range.size_bytes;
        }
        item.size_bytes = bytes;
        item.error =
            Error{Errc::damaged,
                  fmt::format("{} bytes of the medium in {} places are unreadable, the "
                              "first at byte {}",
                              bytes, medium_unread_.size(), medium_unread_.front().offset_bytes)};
        if (auto added = writer->add_item(item); !added) {
            return added;
        }
    }
    exhibit_.state = "complete";
    if (auto updated = writer->finish_exhibit(exhibit_); !updated) {
        return updated;
    }
    if (auto joined = casefile::join_attachments(file_, exhibit_.id); !joined) {
        return fail(joined.error());
    }
    return update_queue(file_, jobs_);
}

Result<IngestSummary> Ingest::summarise() const {
    const auto totals = casefile::totals(file_, exhibit_.id);
    if (!totals) {
        return fail(totals.error());
    }
    IngestSummary summary;
    summary.exhibit = exhibit_.label;
    summary.items = totals->items;
    summary.contents = totals->contents;
    summary.bytes = totals->bytes;
    summary.media = totals->pictures;
    summary.messages = totals->messages;
    summary.hits_exact = totals->hits_exact;
    summary.hits_near = totals->hits_near;
    summary.groups_new = totals->groups;
    for (const auto& [code, count] : totals->errors) {
        const auto known = errc_named(code);
        switch (known.value_or(Errc::io)) {
        case Errc::damaged:
        case Errc::truncated:
        case Errc::malformed:
        case Errc::integrity: summary.damaged += count; break;
        case Errc::unsupported:
        case Errc::encrypted:
        case Errc::limit_exceeded: summary.unsupported += count; break;
        case Errc::skipped: break;
        default: summary.failed += count; break;
        }
    }
    summary.resumed = resumed_;
    summary.interrupted = interrupted_;
    summary.verification = exhibit_.verification;
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - started_;
    summary.seconds = took.count();
    return summary;
}

Result<IngestSummary> Ingest::run() {
    if (auto found = find_or_add_exhibit(); !found) {
        return fail(found.error());
    }
    if (exhibit_.state == "complete") {
        return summarise();
    }
    run_ = {.id = 0,
            .exhibit = exhibit_.id,
            .command = options_.command,
            .program_version = options_.program_version,
            .confinement = {},
            .outcome = {},
            .jobs = jobs_,
            .started = now_utc(),
            .ended = {}};
    const auto run_row = casefile::add_run(file_, run_);
    if (!run_row) {
        return fail(run_row.error());
    }
    run_.id = *run_row;
    const bool disk = is_disk(plan_.kind);
    if (disk && options_.medium == MediumDigest::compute) {
        const bool wants_md5 = plan_.kind == examine::ExhibitKind::disk_e01 ||
                               exhibit_.acquired_hash.starts_with("md5:");
        medium_ = std::make_unique<MediumCheck>(plan_, readers_, wants_md5, options_.stop);
    } else if (disk) {
        exhibit_.verification = "left-out";
    }
    {
        const ProgressTeller teller(options_, counters_, plan_, medium_.get());
        auto done = walk_exhibit();
        if (done && !interrupted_) {
            done = verify();
        }
        if (done && !interrupted_) {
            done = complete();
        }
        run_.outcome = !done ? "failed" : interrupted_ ? "interrupted" : "complete";
        run_.confinement = fmt::format("readers: {}; media: {}", reader_confinement_.describe(),
                                       media_confinement_.describe());
        run_.ended = now_utc();
        if (!done) {
            static_cast<void>(
                casefile::finish_run(file_, run_)); // the first failure is the one to tell
            return fail(done.error());
        }
    }
    if (auto finished = casefile::finish_run(file_, run_); !finished) {
        return fail(finished.error());
    }
    return summarise();
}

} // namespace

Result<IngestSummary> ingest(Case& file, const std::filesystem::path& path,
                             const IngestOptions& options) {
    return Ingest(file, path, options).run();
}

} // namespace rempart::pipeline
