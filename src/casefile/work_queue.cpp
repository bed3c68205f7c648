// SPDX-License-Identifier: Apache-2.0
#include "rempart/casefile/work_queue.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <tuple>

#include <fmt/format.h>

#include "casefile/database.hpp"
#include "casefile/server_time.hpp"

namespace rempart::casefile {
namespace {

// 35 is left free for videos: behind all pictures, before the rest.
constexpr std::array kOperations{
    OperationFacts{Operation::triage, "triage", 1, 10},
    OperationFacts{Operation::examine, "examine", 1, 20},
    OperationFacts{Operation::recognise, "recognise", 1, 30},
    OperationFacts{Operation::medium, "medium", 1, 40},
    OperationFacts{Operation::finish, "finish", 1, 50},
};

constexpr std::size_t kManyParts = 1'000;

std::optional<Operation> operation_named(std::string_view name) {
    for (const OperationFacts& facts : kOperations) {
        if (facts.name == name) {
            return facts.operation;
        }
    }
    return std::nullopt;
}

Result<std::string> label_of(Database& database, RowId exhibit) {
    std::string label;
    auto read = database.each(
        "SELECT label FROM exhibits WHERE id = $1",
        [&](Row& row) -> Result<void> {
            row.take(label);
            return {};
        },
        exhibit);
    return read ? Result<std::string>(label) : fail(std::move(read).error());
}

Error lease_lost() {
    return {Errc::refused, "the job is no longer ours: its lease ran out"};
}

audit::Hash job_id(const std::string& label, std::uint64_t part, const OperationFacts& facts) {
    audit::Sha256 id;
    id.update(bytes_of(fmt::format("{}\n{}\n{}\n{}", label, part, facts.name, facts.version)));
    return id.finish();
}

/// All parts of an exhibit and a job for each, at once.
Result<void> insert_parts(Database& database, RowId exhibit, std::span<const PartRecord> parts,
                          Operation first) {
    const auto label = label_of(database, exhibit);
    if (!label) {
        return fail(label.error());
    }
    auto rows =
        database.inserter("parts", "exhibit_id, ordinal, first_ordinal, end_ordinal, depth");
    auto jobs = database.inserter("jobs", "id, exhibit_id, part, operation, version, priority, "
                                          "attempts, token, started_count, worker");
    if (!rows || !jobs) {
        return fail(rows ? jobs.error() : rows.error());
    }
    const OperationFacts& facts = facts_of(first);
    for (const PartRecord& part : parts) {
        auto added =
            rows->row(exhibit, part.ordinal, part.first_ordinal, part.end_ordinal, part.depth);
        if (added) {
            added = jobs->row(job_id(*label, part.ordinal, facts), exhibit, part.ordinal,
                              facts.name, facts.version, facts.priority, 0, 0, 0, "");
        }
        if (!added) {
            return added;
        }
    }
    auto flushed = rows->flush();
    return flushed ? jobs->flush() : flushed;
}

// The statement that claims differs in one thing: PostgreSQL passes over what another is claiming
// at this moment, in SQLite nobody else is. The jobs are chosen once, however the update is planned
// (MATERIALIZED): a choice made anew for each row could claim more than was asked for.
std::string claim_sql(Dialect dialect, const Claim& claim) {
    std::string which;
    if (claim.exhibit) {
        which += fmt::format(" AND exhibit_id = {}", *claim.exhibit);
    }
    if (claim.operation) {
        which += fmt::format(" AND operation = '{}'", facts_of(*claim.operation).name);
    }
    return fmt::format(
        "WITH free AS MATERIALIZED (SELECT id FROM jobs "
        "WHERE (lease_until_us IS NULL OR lease_until_us <= {0}){1} "
        "ORDER BY priority, exhibit_id, part LIMIT $1{2}) "
        "UPDATE jobs SET lease_until_us = {0} + $2, worker = $3, token = token + 1, "
        "attempts = attempts + 1 WHERE id IN (SELECT id FROM free) "
        "RETURNING id, exhibit_id, part, operation, attempts, token, started_seq, started_count, "
        "priority",
        server_now_us(dialect), which,
        dialect == Dialect::postgres ? " FOR UPDATE SKIP LOCKED" : "");
}

} // namespace

const OperationFacts& facts_of(Operation operation) noexcept {
    return kOperations[static_cast<std::size_t>(operation)];
}

std::span<const OperationFacts> operations() noexcept {
    return kOperations;
}

Result<void> enqueue(Database& database, RowId exhibit, std::uint64_t part, Operation operation) {
    const auto label = label_of(database, exhibit);
    if (!label) {
        return fail(label.error());
    }
    const OperationFacts& facts = facts_of(operation);
    const auto insert = database.kept(
        "INSERT INTO jobs (id, exhibit_id, part, operation, version, priority, attempts, token, "
        "started_seq, started_count, lease_until_us, worker) "
        "VALUES ($1, $2, $3, $4, $5, $6, 0, 0, NULL, 0, NULL, '') ON CONFLICT DO NOTHING");
    if (!insert) {
        return fail(insert.error());
    }
    return (*insert)->run(job_id(*label, part, facts), exhibit, part, facts.name, facts.version,
                          facts.priority);
}

Result<void> plan_work(Case& file, RowId exhibit, std::span<const PartRecord> parts, bool medium,
                       Operation first) {
    Database& database = file.database();
    auto transaction = Transaction::begin(database);
    if (!transaction) {
        return fail(std::move(transaction).error());
    }
    const auto planned =
        database.scalar("SELECT count(*) FROM parts WHERE exhibit_id = $1", exhibit);
    if (!planned) {
        return fail(planned.error());
    }
    if (planned->value_or(0) > 0) { // by another process, a moment ago
        return {};
    }
    if (auto added = insert_parts(database, exhibit, parts, first); !added) {
        return added;
    }
    if (medium) {
        if (auto added = enqueue(database, exhibit, 0, Operation::medium); !added) {
            return added;
        }
    }
    if (auto committed = transaction->commit(); !committed) {
        return committed;
    }
    // A server plans claims for a table as it knew it: of one that was nearly empty it reads all.
    // Who may not ask for figures waits for the server's own.
    if (database.dialect() == Dialect::postgres && parts.size() >= kManyParts) {
        static_cast<void>(database.exec("ANALYZE jobs"));
    }
    return {};
}

Result<std::vector<PartRecord>> parts(Case& file, RowId exhibit) {
    std::vector<PartRecord> all;
    auto read = file.database().each(
        "SELECT ordinal, first_ordinal, end_ordinal, depth FROM parts WHERE exhibit_id = $1 "
        "ORDER BY ordinal",
        [&](Row& row) -> Result<void> {
            PartRecord& part = all.emplace_back();
            return row.take(part.ordinal, part.first_ordinal, part.end_ordinal, part.depth)
                       ? Result<void>()
                       : Row::damaged();
        },
        exhibit);
    return read ? Result<std::vector<PartRecord>>(std::move(all)) : fail(std::move(read).error());
}

Result<std::uint64_t> jobs_left(Case& file, RowId exhibit, std::optional<Operation> operation) {
    const auto left = file.database().scalar(
        "SELECT count(*) FROM jobs WHERE exhibit_id = $1 AND operation LIKE $2", exhibit,
        operation ? facts_of(*operation).name : std::string_view("%"));
    if (!left) {
        return fail(left.error());
    }
    return static_cast<std::uint64_t>(left->value_or(0));
}

Result<std::vector<Job>> claim(Case& file, const Claim& claim) {
    Database& database = file.database();
    std::vector<std::pair<int, Job>> found;
    // One statement is one transaction, and it takes no lock but those on its rows: a claim never
    // waits for somebody's commit.
    auto statement = database.kept(claim_sql(database.dialect(), claim));
    if (!statement) {
        return fail(std::move(statement).error());
    }
    auto read =
        (*statement)
            ->rows_of(
                [&](Row& row) -> Result<void> {
                    auto& [priority, job] = found.emplace_back();
                    std::string operation;
                    if (!row.take(job.id, job.exhibit, job.part, operation, job.attempts, job.token,
                                  job.started_seq, job.started_count, priority)) {
                        return Row::damaged();
                    }
                    const auto known = operation_named(operation);
                    if (!known) {
                        return fail(Errc::unsupported,
                                    "a job of an operation that this program does not "
                                    "know: it is of an older version");
                    }
                    job.operation = *known;
                    return {};
                },
                claim.most, claim.lease.count() * 1000, claim.worker);
    if (!read) {
        return fail(std::move(read).error());
    }
    std::ranges::sort(found, {}, [](const auto& entry) {
        return std::tuple(entry.first, entry.second.exhibit, entry.second.part);
    });
    std::vector<Job> jobs;
    jobs.reserve(found.size());
    for (auto& [priority, job] : found) {
        jobs.push_back(job);
    }
    return jobs;
}

Result<std::uint64_t> heartbeat(Case& file, std::string_view worker,
                                std::chrono::milliseconds lease) {
    Database& database = file.database();
    // A lease that ran out is not renewed: somebody may have claimed what it held.
    const auto renew = database.kept(fmt::format(
        "UPDATE jobs SET lease_until_us = {0} + $1 WHERE worker = $2 AND lease_until_us > {0} "
        "RETURNING part",
        server_now_us(database.dialect())));
    if (!renew) {
        return fail(renew.error());
    }
    std::uint64_t renewed = 0;
    auto done = (*renew)->rows_of(
        [&](Row& /*row*/) -> Result<void> {
            ++renewed;
            return {};
        },
        lease.count() * 1000, worker);
    return done ? Result<std::uint64_t>(renewed) : fail(std::move(done).error());
}

Result<void> check_ours(Database& database, const Job& job) {
    const auto select = database.kept("SELECT part FROM jobs WHERE id = $1 AND token = $2");
    if (!select) {
        return fail(select.error());
    }
    const auto ours = (*select)->scalar(job.id, job.token);
    if (!ours) {
        return fail(ours.error());
    }
    return *ours ? Result<void>() : fail(lease_lost());
}

Result<void> advance(Database& database, const Job& job, int attempts) {
    const auto update =
        database.kept("UPDATE jobs SET attempts = $1, started_seq = NULL, started_count = 0 "
                      "WHERE id = $2 AND token = $3 RETURNING part");
    if (!update) {
        return fail(update.error());
    }
    const auto ours = (*update)->scalar(attempts, job.id, job.token);
    if (!ours) {
        return fail(ours.error());
    }
    return *ours ? Result<void>() : fail(lease_lost());
}

namespace {

Result<void> take_off(Database& database, const Job& job) {
    const auto remove =
        database.kept("DELETE FROM jobs WHERE id = $1 AND token = $2 RETURNING part");
    if (!remove) {
        return fail(remove.error());
    }
    const auto ours = (*remove)->scalar(job.id, job.token);
    if (!ours) {
        return fail(ours.error());
    }
    return *ours ? Result<void>() : fail(lease_lost());
}

// What comes behind a job that was taken off: the next operation on its part, or, behind the last
// one of the exhibit, what needs the whole of it.
Result<void> enqueue_next(Database& database, const Job& job) {
    if (job.operation == Operation::finish) {
        return {};
    }
    if (job.operation == Operation::triage) {
        return enqueue(database, job.exhibit, job.part, Operation::recognise);
    }
    const auto left = database.kept("SELECT part FROM jobs WHERE exhibit_id = $1 LIMIT 1");
    if (!left) {
        return fail(left.error());
    }
    const auto other = (*left)->scalar(job.exhibit);
    if (!other) {
        return fail(other.error());
    }
    return *other ? Result<void>() : enqueue(database, job.exhibit, 0, Operation::finish);
}

} // namespace

Result<void> complete(Database& database, const Job& job) {
    auto gone = take_off(database, job);
    return gone ? enqueue_next(database, job) : gone;
}

Result<void> complete(Case& file, std::span<const Job> jobs) {
    Database& database = file.database();
    auto transaction = Transaction::begin(database);
    if (!transaction) {
        return fail(std::move(transaction).error());
    }
    std::map<RowId, const Job*> last_of; // what is left of an exhibit is asked once
    for (const Job& job : jobs) {
        const bool is_triage = job.operation == Operation::triage;
        if (auto done = is_triage ? complete(database, job) : take_off(database, job); !done) {
            return done;
        }
        if (!is_triage) {
            last_of[job.exhibit] = &job;
        }
    }
    for (const auto& [exhibit, job] : last_of) {
        if (auto next = enqueue_next(database, *job); !next) {
            return next;
        }
    }
    return transaction->commit();
}

Result<int> mark_started(Case& file, const Job& job, std::uint64_t seq) {
    const auto update = file.database().kept(
        "UPDATE jobs SET started_count = CASE WHEN started_seq = $1 THEN started_count + 1 ELSE 1 "
        "END, started_seq = $1 WHERE id = $2 AND token = $3 RETURNING started_count");
    if (!update) {
        return fail(update.error());
    }
    const auto count = (*update)->scalar(seq, job.id, job.token);
    if (!count) {
        return fail(count.error());
    }
    if (!*count) {
        return fail(lease_lost());
    }
    return static_cast<int>(**count);
}

Result<void> release(Case& file, const Job& job) {
    return file.database().run("UPDATE jobs SET lease_until_us = NULL, worker = '', "
                               "attempts = CASE WHEN attempts > 0 THEN attempts - 1 ELSE 0 END, "
                               "started_seq = NULL, started_count = 0 "
                               "WHERE id = $1 AND token = $2",
                               job.id, job.token);
}

Result<void> release_all(Case& file) {
    return file.database().run("UPDATE jobs SET lease_until_us = NULL, worker = '' "
                               "WHERE lease_until_us IS NOT NULL");
}

} // namespace rempart::casefile
