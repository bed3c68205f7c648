// SPDX-License-Identifier: Apache-2.0
#include "pipeline/part_work.hpp"

#include <utility>

namespace rempart::pipeline {
namespace {

// After a worker's death the items that may have been under way are done one at a time: those that
// the walk can be ahead of the committer, and one commit's.
constexpr std::uint64_t kSuspects = 6'500;

std::vector<casefile::VolumeRecord> volume_records(std::vector<examine::VolumeInfo>&& volumes) {
    std::vector<casefile::VolumeRecord> records;
    for (examine::VolumeInfo& volume : volumes) {
        records.push_back({.offset_bytes = volume.offset_bytes,
                           .size_bytes = volume.size_bytes,
                           .label = std::move(volume.label),
                           .file_system = std::move(volume.file_system),
                           .items = volume.items,
                           .error = std::move(volume.error)});
    }
    return records;
}

} // namespace

Result<casefile::PartRecord> part_of(casefile::Case& file, const casefile::Job& job) {
    auto parts = casefile::parts(file, job.exhibit);
    if (!parts) {
        return fail(std::move(parts).error());
    }
    if (job.part >= parts->size()) {
        return fail(Errc::integrity, "a job is about a part that the exhibit does not have");
    }
    return std::move((*parts)[job.part]);
}

Result<bool> begin_suspect(casefile::Case& file, const casefile::Job& job, std::uint64_t seq) {
    const auto count = casefile::mark_started(file, job, seq);
    if (!count) {
        return fail(count.error());
    }
    if (*count <= casefile::kMaxAttempts) {
        return true;
    }
    auto told = casefile::add_failure(file, job, seq, given_up_error());
    return told ? Result<bool>(false) : fail(std::move(told).error());
}

PartWork::PartWork(const Setup& setup)
    : setup_(setup), options_(setup.options), is_careful_(setup.job.attempts > 1) {
}

Result<void> PartWork::find_part() {
    auto part = part_of(setup_.file, setup_.job);
    if (!part) {
        return fail(std::move(part).error());
    }
    part_ = std::move(*part);
    const auto depth = depth_named(part_.depth);
    if (!depth) {
        return fail(Errc::unsupported, "a part was planned to a depth that is not known here");
    }
    options_.depth = *depth;
    return {};
}

ResumePoint PartWork::start_of(const casefile::ResumeRecord& at) const {
    ResumePoint start{.next_seq = at.next_seq,
                      .first_seq = at.next_seq,
                      .first_ordinal = part_.first_ordinal,
                      .end_ordinal = part_.end_ordinal,
                      .suspects = is_careful_ ? kSuspects : 0};
    if (at.top_level_items > 0) {
        start.first_seq = at.last_top_level_seq;
        start.first_ordinal = part_.first_ordinal + at.top_level_items - 1;
    }
    return start;
}

Result<WalkResult> PartWork::walk(casefile::IngestWriter writer) {
    const ResumePoint start = start_of(writer.resume_point());
    // Where the medium is read for itself, that tells what of it is unreadable.
    const bool medium_is_read = setup_.exhibit.verification != "left-out";
    auto source = open_evidence(
        setup_.plan, setup_.readers,
        {.first_ordinal = start.first_ordinal, .tell_volume_damage = !medium_is_read, .only = {}});
    if (!source) {
        return fail(std::move(source).error());
    }
    // While it is not known which item is at fault, a worker that vanishes makes the next one
    // careful too.
    const auto at_commit = [this](casefile::Database& database, Pace pace) {
        return casefile::advance(database, setup_.job, pace == Pace::one_item ? 1 : 0);
    };
    Committer committer(
        {.file = setup_.file,
         .exhibit = setup_.job.exhibit,
         .exhibit_label = setup_.exhibit.label,
         .options = options_,
         .counters = setup_.counters,
         .readers = setup_.readers,
         .pace = is_careful_ ? Pace::one_item : Pace::batches,
         .begin_suspect =
             [this](std::uint64_t seq) { return begin_suspect(setup_.file, setup_.job, seq); },
         .at_commit = at_commit},
        std::move(writer));
    // In this order: tasks that are still under way at a stop use all that stands above them.
    SpoolSpace spool_space(setup_.file.spool_folder(), kMaxSpoolMemoryBytes);
    ThreadPool threads(setup_.threads);
    const Context context{.options = options_,
                          .threads = threads,
                          .media = setup_.media,
                          .videos = setup_.videos,
                          .matcher = setup_.matcher,
                          .stored = setup_.stored,
                          .spool_space = spool_space,
                          .counters = setup_.counters};
    Walk walk(context, committer, setup_.readers, start);
    auto walked = walk.run(std::move(*source));
    const bool cut_short = !walked || walked->stopped;
    if (cut_short) {
        threads.discard_waiting();
    }
    if (auto written = committer.finish(cut_short ? 0 : walked->end_seq, cut_short); !written) {
        return fail(std::move(written).error());
    }
    return walked;
}

// What the reader told at its end, and the job's removal.
Result<void> PartWork::end_part(WalkResult&& walked) {
    if (walked.reached_end && is_disk(setup_.plan.kind)) {
        confinement_ = walked.end.confinement;
        auto replaced = casefile::replace_volumes(setup_.file, setup_.job.exhibit,
                                                  volume_records(std::move(walked.end.volumes)));
        if (!replaced) {
            return replaced;
        }
    }
    return casefile::change_exhibit(
        setup_.file, setup_.job.exhibit,
        [&](casefile::ExhibitRecord& record) {
            if (walked.ended_early) {
                record.error = walked.ended_early;
            }
        },
        [&](casefile::Database& database) { return casefile::complete(database, setup_.job); });
}

Result<JobOutcome> PartWork::run() {
    if (auto found = find_part(); !found) {
        return fail(std::move(found).error());
    }
    auto writer = casefile::IngestWriter::open(setup_.file, setup_.job.exhibit, setup_.job.part);
    if (!writer) {
        return fail(std::move(writer).error());
    }
    writer->at_begin([this](casefile::Database& database) {
        return casefile::check_ours(database, setup_.job);
    });
    auto walked = walk(std::move(*writer));
    if (!walked) {
        return fail(std::move(walked).error());
    }
    if (walked->stopped) {
        return JobOutcome::stopped;
    }
    auto ended = end_part(std::move(*walked));
    return ended ? Result<JobOutcome>(JobOutcome::done) : fail(std::move(ended).error());
}

} // namespace rempart::pipeline
