// SPDX-License-Identifier: Apache-2.0
// What is told about the work: who is at it, what is left, what was given up.
#include <fmt/format.h>

#include "casefile/database.hpp"
#include "casefile/server_time.hpp"
#include "rempart/casefile/work_queue.hpp"

namespace rempart::casefile {
namespace {

constexpr std::int64_t kForgottenAfterUs = std::int64_t{600} * 1'000'000;

} // namespace

Result<void> add_failure(Case& file, const Job& job, std::optional<std::uint64_t> item_seq,
                         const Error& error) {
    Database& database = file.database();
    auto transaction = Transaction::begin(database);
    if (!transaction) {
        return fail(std::move(transaction).error());
    }
    const auto known = database.scalar(
        "SELECT count(*) FROM job_failures WHERE exhibit_id = $1 AND part = $2 AND item_seq = $3",
        job.exhibit, job.part, item_seq);
    if (!known) {
        return fail(known.error());
    }
    if (known->value_or(0) > 0) {
        return {};
    }
    auto added = database.run(
        fmt::format("INSERT INTO job_failures (id, exhibit_id, part, operation, item_seq, "
                    "attempts, error_code, error_text, at_us) "
                    "VALUES ((SELECT COALESCE(max(id), 0) + 1 FROM job_failures), "
                    "$1, $2, $3, $4, $5, $6, $7, {})",
                    server_now_us(database.dialect())),
        job.exhibit, job.part, facts_of(job.operation).name, item_seq, kMaxAttempts,
        name(error.code), error.message);
    return added ? transaction->commit() : added;
}

Result<std::vector<FailureRecord>> failures(Case& file) {
    std::vector<FailureRecord> all;
    auto read = file.database().each(
        "SELECT e.label, f.part, f.operation, f.item_seq, f.attempts, f.error_code, f.error_text, "
        "f.at_us, 1 FROM job_failures f JOIN exhibits e ON e.id = f.exhibit_id ORDER BY f.id",
        [&](Row& row) -> Result<void> {
            FailureRecord& failure = all.emplace_back();
            std::optional<Error> error;
            if (!row.take(failure.exhibit_label, failure.part, failure.operation, failure.item_seq,
                          failure.attempts, error, failure.at) ||
                !error) {
                return Row::damaged();
            }
            failure.error = std::move(*error);
            return {};
        });
    return read ? Result<std::vector<FailureRecord>>(std::move(all))
                : fail(std::move(read).error());
}

Result<void> report_worker(Case& file, const WorkerRecord& worker) {
    Database& database = file.database();
    return database.run(
        fmt::format("INSERT INTO workers (name, started_us, seen_us, items, bytes, doing) "
                    "VALUES ($1, {0}, {0}, $2, $3, $4) ON CONFLICT (name) DO UPDATE SET "
                    "seen_us = {0}, items = $2, bytes = $3, doing = $4",
                    server_now_us(database.dialect())),
        worker.name, worker.items, worker.bytes, worker.doing);
}

Result<void> remove_worker(Case& file, std::string_view name) {
    return file.database().run("DELETE FROM workers WHERE name = $1", name);
}

Result<std::vector<WorkerRecord>> workers(Case& file) {
    Database& database = file.database();
    std::vector<WorkerRecord> all;
    auto read = database.each(
        fmt::format("SELECT name, started_us, 1, seen_us, 1, {0} - seen_us, items, bytes, doing "
                    "FROM workers WHERE seen_us > {0} - $1 ORDER BY name",
                    server_now_us(database.dialect())),
        [&](Row& row) -> Result<void> {
            WorkerRecord& worker = all.emplace_back();
            std::int64_t ago_us = 0;
            if (!row.take(worker.name, worker.started, worker.seen, ago_us, worker.items,
                          worker.bytes, worker.doing)) {
                return Row::damaged();
            }
            worker.seen_seconds_ago = static_cast<double>(ago_us) / 1e6;
            return {};
        },
        kForgottenAfterUs);
    return read ? Result<std::vector<WorkerRecord>>(std::move(all)) : fail(std::move(read).error());
}

Result<std::vector<JobCounts>> job_counts(Case& file) {
    Database& database = file.database();
    std::vector<JobCounts> all;
    auto read = database.each(fmt::format("SELECT operation, "
                                          "sum(CASE WHEN lease_until_us > {0} THEN 0 ELSE 1 END), "
                                          "sum(CASE WHEN lease_until_us > {0} THEN 1 ELSE 0 END), "
                                          "sum(CASE WHEN attempts > 1 THEN 1 ELSE 0 END) "
                                          "FROM jobs GROUP BY operation ORDER BY min(priority)",
                                          server_now_us(database.dialect())),
                              [&](Row& row) -> Result<void> {
                                  JobCounts& counts = all.emplace_back();
                                  return row.take(counts.operation, counts.waiting, counts.held,
                                                  counts.retried)
                                             ? Result<void>()
                                             : Row::damaged();
                              });
    return read ? Result<std::vector<JobCounts>>(std::move(all)) : fail(std::move(read).error());
}

} // namespace rempart::casefile
