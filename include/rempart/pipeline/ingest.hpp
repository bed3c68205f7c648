// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The main job: an exhibit goes in, rows of the case come out, and hits are told as they are
/// found.
///
/// Items are worked on by all cores, but rows are committed in the order of the walk: so what is in
/// the case is always the beginning of the exhibit, and the same command goes on where it stopped.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "rempart/casefile/case.hpp"
#include "rempart/casefile/evidence.hpp"
#include "rempart/core/result.hpp"

namespace rempart::pipeline {

/// What is done with contents beyond digests.
enum class Depth : std::uint8_t {
    catalogue,   ///< Items, digests and exact look-up only.
    triage,      ///< Archives and chats too; pictures in a second pass, behind every other triage.
    recognition, ///< All of it in one pass: the default.
};

/// How far a call goes. The same call again, with another end, goes on.
enum class Until : std::uint8_t {
    triage,   ///< Exact look-up is done: nothing is left that could tell of it.
    complete, ///< Nothing is left.
};

enum class MediumDigest : std::uint8_t { compute, leave_out };

enum class Estimate : std::uint8_t { leave_out, folder_size };

struct Progress {
    std::uint64_t items = 0, bytes = 0, hits = 0, problems = 0;
    std::uint64_t total_bytes = 0; ///< Estimate: what archives hold is on top; 0 if unknown.
    double seconds = 0;
    bool verifying = false; ///< The walk is done, the medium is still being hashed.
};

struct IngestOptions {
    std::string label;                ///< Of the exhibit; unique in the case.
    std::string acquired_hash;        ///< "sha256:…", "sha1:…", "md5:…" or "".
    unsigned jobs = 0;                ///< 0: all cores.
    Depth depth = Depth::recognition; ///< Of an exhibit that is new to the case.
    Until until = Until::complete;
    MediumDigest medium = MediumDigest::compute;
    std::filesystem::path libexec_dir;
    std::string command;                                  ///< Recorded with the run.
    std::string program_version;                          ///< Recorded with the run.
    std::function<void(const casefile::HitView&)> on_hit; ///< From the writing thread, in order.
    std::function<void(const Progress&)> on_progress;     ///< About four times a second.
    /// Whether the size of a folder is summed up beside the walk, for Progress::total_bytes.
    Estimate estimate = Estimate::leave_out;
    const std::atomic<bool>* stop = nullptr; ///< Set it to end early and resumable.
    /// Into how many parts the exhibit is split at most, so that as many workers can read it. 0:
    /// one for a case in a folder; for a case on a server as many as its items are worth.
    unsigned parts = 0;
    /// Plan the work and leave it to workers.
    bool enqueue_only = false;
    std::chrono::milliseconds lease{60'000}; ///< Of jobs, on a server.
};

/// What was not read or not whole, of Totals::errors.
struct NotRead {
    std::uint64_t damaged = 0;     ///< damaged, truncated, malformed, integrity
    std::uint64_t unsupported = 0; ///< unsupported, encrypted, limit_exceeded
    std::uint64_t failed = 0;      ///< all others but skipped
    [[nodiscard]] std::uint64_t all() const { return damaged + unsupported + failed; }
};
[[nodiscard]] NotRead not_read(const casefile::Totals& totals);

struct IngestSummary {
    std::string exhibit;
    std::uint64_t items = 0, contents = 0, bytes = 0, media = 0, messages = 0;
    std::uint64_t hits_exact = 0, hits_near = 0, groups_new = 0;
    /// Contents that came into another group when this call finished the exhibit: where exhibits
    /// after it were finished before it.
    std::uint64_t regrouped = 0;
    std::uint64_t damaged = 0, failed = 0, unsupported = 0;
    double seconds = 0;
    bool resumed = false;
    bool triaged = false; ///< Its exact look-up was done before its pictures were looked at.
    bool interrupted = false;
    std::string verification;
    bool enqueued = false; ///< Left to workers: the counts are those of now.
};

/// Ingests what lies at `path` into `file`, or goes on with it.
/// \return `not_found`/`io` if the evidence cannot be opened at all; `invalid_argument` if the
/// label
///         belongs to other evidence; failures of the case's database. What could not be read
///         inside is no failure: it is in the case, and counted in the summary.
[[nodiscard]] Result<IngestSummary> ingest(casefile::Case& file, const std::filesystem::path& path,
                                           const IngestOptions& options);

} // namespace rempart::pipeline
