// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Reads the items of one part of an exhibit into the case, or goes on where another worker was.

#include <optional>

#include "pipeline/committer.hpp"
#include "pipeline/context.hpp"
#include "pipeline/job_runner.hpp"
#include "pipeline/walk.hpp"
#include "rempart/casefile/work_queue.hpp"
#include "rempart/examine/source.hpp"

namespace rempart::pipeline {

/// Our choice: with the readers' slots and the workers' buffers this keeps an ingest under the
/// 512 MiB that docs/architecture.md promises.
inline constexpr std::uint64_t kMaxSpoolMemoryBytes = std::uint64_t{96} << 20;

/// The part that a job is about. \return `integrity` if the exhibit does not have it.
[[nodiscard]] Result<casefile::PartRecord> part_of(casefile::Case& file, const casefile::Job& job);
/// Notes that an item which may have ended earlier workers is begun. \return whether it is to be
/// tried once more; if not, that it was given up is stored.
[[nodiscard]] Result<bool> begin_suspect(casefile::Case& file, const casefile::Job& job,
                                         std::uint64_t seq);

class PartWork {
  public:
    /// Everything here outlives the work.
    struct Setup {
        casefile::Case& file;
        const casefile::Job& job;
        const casefile::ExhibitRecord& exhibit;
        const examine::ExhibitPlan& plan;
        const IngestOptions& options;
        const examine::ReaderConfig& readers;
        unsigned threads = 1;
        const Matcher& matcher;
        StoredContents& stored;
        media::Pool& media;
        media::VideoPool& videos;
        Counters& counters;
    };

    explicit PartWork(const Setup& setup);

    /// \return as JobRunner::run.
    [[nodiscard]] Result<JobOutcome> run();
    /// Of the reader, once it told; none where nothing was read in a reader.
    [[nodiscard]] const std::optional<sandbox::Confinement>& reader_confinement() const {
        return confinement_;
    }

  private:
    [[nodiscard]] Result<void> find_part();
    [[nodiscard]] ResumePoint start_of(const casefile::ResumeRecord& at) const;
    [[nodiscard]] Result<WalkResult> walk(casefile::IngestWriter writer);
    [[nodiscard]] Result<void> end_part(WalkResult&& walked);

    Setup setup_;
    IngestOptions options_; ///< With the part's own depth.
    casefile::PartRecord part_;
    bool is_careful_; ///< An earlier worker vanished over this part.
    std::optional<sandbox::Confinement> confinement_;
};

} // namespace rempart::pipeline
