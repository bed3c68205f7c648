// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The work that is left to do, in the case itself: taking a job off and storing its result is one
/// transaction, so that nothing is lost and nothing done twice counts twice.
///
/// A job is one operation on a run of items of an exhibit (a part), or on the exhibit as a whole;
/// its id is the SHA-256 of what it is about, so that enqueuing it twice changes nothing. A worker
/// claims it for a lease and renews the lease while it works; a lease that ran out is anybody's to
/// claim. Each claim has a higher token, and what is written under an older one is refused: a
/// worker that slept through its lease changes nothing. All times are those of the database's
/// machine: the clocks of workers do not matter.
///
/// Who claims: on PostgreSQL any number of workers at once (SKIP LOCKED); in a case folder the one
/// process that holds the write lock.

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rempart/audit/hash.hpp"
#include "rempart/casefile/case.hpp"
#include "rempart/casefile/records.hpp"
#include "rempart/core/result.hpp"

namespace rempart::casefile {

/// What is done. The order is that of kOperations.
enum class Operation : std::uint8_t {
    triage,    ///< Read the items of a part, but leave its pictures aside: exact look-up first.
    examine,   ///< Read the items of a part: digests, look-up, pictures, archives, chats.
    recognise, ///< The pictures of a part that `triage` left aside.
    medium,    ///< Digest of the whole medium.
    finish,    ///< What needs the whole exhibit: attachments, the queue of new material.
};

struct OperationFacts {
    Operation operation;
    std::string_view name; ///< Stable: part of the job's id.
    int version;           ///< Raised when the operation's result changes: part of the id too.
    int priority;          ///< Lower first. What can tell of known material comes before the rest.
};
/// In the order of Operation, which is that of priority too.
[[nodiscard]] std::span<const OperationFacts> operations() noexcept;
[[nodiscard]] const OperationFacts& facts_of(Operation operation) noexcept;

/// After so many claims without any progress the item at fault is given up.
inline constexpr int kMaxAttempts = 3;

/// A run of items that one worker reads: [first_ordinal, end_ordinal) of the exhibit's own source.
struct PartRecord {
    std::uint64_t ordinal = 0; ///< From 0; ItemRecord::seq begins with it.
    std::uint64_t first_ordinal = 0;
    std::optional<std::uint64_t> end_ordinal; ///< None: to the end.
    std::string depth;                        ///< pipeline's word for what is done with contents.
};

struct Job {
    audit::Hash id{};
    RowId exhibit = 0;
    std::uint64_t part = 0;
    Operation operation{};
    /// Claims since it last came on, this one included: 1 for a fresh job. Above 1 an earlier
    /// worker vanished.
    int attempts = 0;
    std::int64_t token = 0;
    /// The item that a worker had begun when it vanished, and how often.
    std::optional<std::uint64_t> started_seq;
    int started_count = 0;
};

/// Stores parts and the jobs for them, in one transaction; does nothing for an exhibit that has
/// parts already. With `medium` a job for the digest of the medium.
/// \param first what is done with each part: `examine`, or `triage`, which `recognise` follows.
[[nodiscard]] Result<void> plan_work(Case& file, RowId exhibit, std::span<const PartRecord> parts,
                                     bool medium, Operation first = Operation::examine);
/// In order of ordinal; empty if nothing was planned.
[[nodiscard]] Result<std::vector<PartRecord>> parts(Case& file, RowId exhibit);
/// Jobs of an exhibit that are left, claimed or not: all, or those of one operation.
[[nodiscard]] Result<std::uint64_t> jobs_left(Case& file, RowId exhibit,
                                              std::optional<Operation> operation = std::nullopt);

/// Enqueues a job of an exhibit unless it is there. Within the caller's transaction, or alone.
[[nodiscard]] Result<void> enqueue(Database& database, RowId exhibit, std::uint64_t part,
                                   Operation operation);

struct Claim {
    std::string worker; ///< Unique among those at work.
    std::chrono::milliseconds lease{60'000};
    std::size_t most = 1;
    std::optional<RowId> exhibit;       ///< Only its jobs.
    std::optional<Operation> operation; ///< Only that.
};
/// The most urgent jobs that nobody holds, by priority, exhibit, part. Empty if there is none.
[[nodiscard]] Result<std::vector<Job>> claim(Case& file, const Claim& claim);
/// Renews the leases of all jobs of a worker and tells that it lives. \return how many jobs.
[[nodiscard]] Result<std::uint64_t> heartbeat(Case& file, std::string_view worker,
                                              std::chrono::milliseconds lease);

/// In the transaction of a result, before it is written: what another worker may have written since
/// would be in its way. \return `refused` if the job is no longer ours.
[[nodiscard]] Result<void> check_ours(Database& database, const Job& job);
/// In the transaction of a result: the job came on. `attempts`: what the next claim counts from.
/// \return `refused` if the job is no longer ours: then nothing of the transaction may last.
[[nodiscard]] Result<void> advance(Database& database, const Job& job, int attempts);
/// In the transaction of the last result: takes the job off. Behind a part's `triage` its
/// `recognise` is enqueued; when the job was the exhibit's last one, its `finish`.
/// \return `refused` as advance.
[[nodiscard]] Result<void> complete(Database& database, const Job& job);
/// The same in a transaction of their own, for results that are stored elsewhere.
[[nodiscard]] Result<void> complete(Case& file, std::span<const Job> jobs);
/// Notes that the item is begun, before anything is done with it. \return how often it was by now;
/// `refused` as advance.
[[nodiscard]] Result<int> mark_started(Case& file, const Job& job, std::uint64_t seq);
/// Gives a job back as it was claimed: somebody else may have it at once.
[[nodiscard]] Result<void> release(Case& file, const Job& job);
/// After a process died that was the only one: nobody holds a job any more.
[[nodiscard]] Result<void> release_all(Case& file);

/// What was NOT examined because it was given up.
struct FailureRecord {
    std::string exhibit_label;
    std::uint64_t part = 0;
    std::string operation;
    std::optional<std::uint64_t> item_seq;
    int attempts = 0;
    Error error;
    TimeValue at;
};
/// Stores it, once for the same item. Whoever gives an item up also stores the item, with the
/// error.
[[nodiscard]] Result<void> add_failure(Case& file, const Job& job,
                                       std::optional<std::uint64_t> item_seq, const Error& error);
[[nodiscard]] Result<std::vector<FailureRecord>> failures(Case& file);

struct WorkerRecord {
    std::string name;
    TimeValue started, seen;
    double seen_seconds_ago = 0; ///< By the database's clock.
    std::uint64_t items = 0, bytes = 0;
    std::string doing;
};
/// Tells that a worker is there and what it does; adds it at first.
[[nodiscard]] Result<void> report_worker(Case& file, const WorkerRecord& worker);
[[nodiscard]] Result<void> remove_worker(Case& file, std::string_view name);
/// By name, those that were heard of in the last ten minutes.
[[nodiscard]] Result<std::vector<WorkerRecord>> workers(Case& file);

struct JobCounts {
    std::string operation;
    std::uint64_t waiting = 0, held = 0, retried = 0;
};
[[nodiscard]] Result<std::vector<JobCounts>> job_counts(Case& file);

} // namespace rempart::casefile
