// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Does one job of the work queue: what `ingest` and workers have in common.

#include <memory>
#include <optional>

#include "pipeline/context.hpp"
#include "pipeline/medium.hpp"
#include "rempart/casefile/work_queue.hpp"
#include "rempart/examine/source.hpp"

namespace rempart::pipeline {

enum class JobOutcome : std::uint8_t {
    done,
    stopped, ///< By the user: the job is given back.
    lost,    ///< The lease ran out: somebody else has it, what was not committed is forgotten.
};

/// One process's means of work, kept from job to job. Uses the case's connection while a job runs.
class JobRunner {
  public:
    /// \param options label, acquired_hash, parts and on_progress are not used here.
    JobRunner(casefile::Case& file, const IngestOptions& options, Counters& counters);
    JobRunner(const JobRunner&) = delete;
    JobRunner& operator=(const JobRunner&) = delete;
    ~JobRunner();

    /// \return `not_found`, `io`, `invalid_argument` if the evidence is not there or not what was
    /// planned (the job is given back); failures of the case's database.
    [[nodiscard]] Result<JobOutcome> run(const casefile::Job& job);
    /// "readers: …; media: …" of the last job.
    [[nodiscard]] std::string confinement() const;

  private:
    struct Tools;
    [[nodiscard]] Result<JobOutcome> run_part(const casefile::Job& job);
    [[nodiscard]] Result<JobOutcome> try_part(const casefile::Job& job);
    [[nodiscard]] Result<JobOutcome> run_medium(const casefile::Job& job);
    [[nodiscard]] Result<JobOutcome> run_finish(const casefile::Job& job);
    [[nodiscard]] Result<Tools*> tools();
    [[nodiscard]] Result<casefile::ExhibitRecord> exhibit_of(const casefile::Job& job);

    casefile::Case& file_;
    const IngestOptions& options_;
    Counters& counters_;
    unsigned threads_;
    examine::ReaderConfig readers_;
    sandbox::Confinement reader_confinement_;
    std::unique_ptr<Tools> tools_;
};

/// The evidence of an exhibit, as it was planned. \return `not_found`, `io`; `invalid_argument` if
/// something else lies there now.
[[nodiscard]] Result<examine::ExhibitPlan> evidence_of(const casefile::ExhibitRecord& exhibit);
[[nodiscard]] bool is_disk(examine::ExhibitKind kind) noexcept;
[[nodiscard]] Result<std::unique_ptr<examine::Source>>
open_evidence(const examine::ExhibitPlan& plan, const examine::ReaderConfig& readers,
              const examine::WalkStart& start);

/// Stores what was learnt of a medium, or why nothing was, and takes the job off.
[[nodiscard]] Result<JobOutcome> store_medium(casefile::Case& file, const casefile::Job& job,
                                              const Result<MediumFacts>& facts);

/// "catalogue", "triage", "recognition", as parts store it.
[[nodiscard]] std::string_view name(Depth depth) noexcept;
[[nodiscard]] std::optional<Depth> depth_named(std::string_view name) noexcept;
/// What reads a part to that depth at first.
[[nodiscard]] casefile::Operation first_operation(Depth depth) noexcept;

} // namespace rempart::pipeline
