// SPDX-License-Identifier: Apache-2.0
#include "rempart/casefile/work_queue.hpp"

#include <atomic>
#include <map>
#include <set>
#include <thread>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "casefile/case_fixture.hpp"
#include "casefile/database.hpp"

namespace rempart::casefile {
namespace {

using std::chrono::milliseconds;

// A lease that has run out as soon as it is given: no test waits for a clock.
constexpr milliseconds kNone{0};
constexpr milliseconds kLong{3'600'000};

class WorkQueue : public ::testing::Test {
  protected:
    RowId planned(const std::string& label, std::uint64_t parts, bool medium = false,
                  Operation first = Operation::examine) {
        const RowId id = value_of(add_exhibit(file_, some_exhibit(label)));
        std::vector<PartRecord> all;
        for (std::uint64_t i = 0; i < parts; ++i) {
            PartRecord& part = all.emplace_back();
            part.ordinal = i;
            part.first_ordinal = i * 100;
            part.end_ordinal = i + 1 < parts ? std::optional((i + 1) * 100) : std::nullopt;
        }
        expect_ok(plan_work(file_, id, all, medium, first));
        return id;
    }
    std::vector<Job> take(std::size_t most, milliseconds lease = kLong,
                          const std::string& worker = "w1") {
        return value_of(claim(
            file_,
            {.worker = worker, .lease = lease, .most = most, .exhibit = {}, .operation = {}}));
    }
    static std::string told(const std::vector<Job>& jobs) {
        std::string all;
        for (const Job& job : jobs) {
            all +=
                fmt::format("{}/{} of {}; ", facts_of(job.operation).name, job.part, job.exhibit);
        }
        return all;
    }
    std::int64_t rows(const std::string& what) {
        return value_of(file_.database().scalar("SELECT count(*) FROM " + what)).value_or(-1);
    }
    // Does `work` in a transaction that is committed if it succeeds.
    template <typename Work>
    Result<void> in_transaction(Work&& work) {
        auto transaction = value_of(Transaction::begin(file_.database()));
        auto done = work(file_.database());
        return done ? transaction.commit() : done;
    }

    TempFolder temp_;
    Case file_ = new_case(temp_.path() / "case");
};

TEST_F(WorkQueue, TakesEachJobOnceHoweverOftenItIsEnqueued) {
    const RowId a = planned("A", 2, true);
    EXPECT_EQ(value_of(jobs_left(file_, a)), 3U);
    for (int i = 0; i < 3; ++i) {
        expect_ok(enqueue(file_.database(), a, 1, Operation::examine));
    }
    const std::array<PartRecord, 1> other{};
    expect_ok(plan_work(file_, a, other, true));
    EXPECT_EQ(value_of(jobs_left(file_, a)), 3U) << "planned already";
    EXPECT_FALSE(file_.database().in_transaction());
    const auto kept = value_of(parts(file_, a));
    ASSERT_EQ(kept.size(), 2U);
    EXPECT_EQ(kept[0].end_ordinal, 100U);
    EXPECT_EQ(kept[1].first_ordinal, 100U);
    EXPECT_EQ(kept[1].end_ordinal, std::nullopt);
    const auto held = take(9);
    EXPECT_EQ(held.size(), 3U);
    expect_ok(enqueue(file_.database(), a, 1, Operation::examine));
    EXPECT_TRUE(take(9).empty()) << "a job that is held is there";
}

TEST_F(WorkQueue, GivesTheMostUrgentFirst) {
    const RowId a = planned("A", 2, true), b = planned("B", 1, true);
    expect_ok(enqueue(file_.database(), a, 0, Operation::finish));
    EXPECT_EQ(told(take(2)), fmt::format("examine/0 of {0}; examine/1 of {0}; ", a));
    EXPECT_EQ(
        told(take(9)),
        fmt::format("examine/0 of {1}; medium/0 of {0}; medium/0 of {1}; finish/0 of {0}; ", a, b));
}

TEST_F(WorkQueue, GivesOnlyWhatIsAskedFor) {
    const RowId a = planned("A", 1, true), b = planned("B", 1, true);
    EXPECT_EQ(told(value_of(claim(file_, {.worker = "w",
                                          .lease = kLong,
                                          .most = 9,
                                          .exhibit = b,
                                          .operation = Operation::medium}))),
              fmt::format("medium/0 of {}; ", b));
    EXPECT_EQ(
        told(value_of(claim(
            file_, {.worker = "w", .lease = kLong, .most = 9, .exhibit = a, .operation = {}}))),
        fmt::format("examine/0 of {0}; medium/0 of {0}; ", a));
    EXPECT_EQ(take(9).size(), 1U);
    EXPECT_TRUE(take(0).empty());
}

TEST_F(WorkQueue, GivesAJobAgainOnlyWhenItsLeaseRanOutAndWithAHigherToken) {
    planned("A", 1);
    std::int64_t token = 0;
    for (int attempt = 1; attempt <= 3; ++attempt) {
        const auto held = take(1, kNone);
        ASSERT_EQ(held.size(), 1U);
        EXPECT_EQ(held[0].attempts, attempt);
        EXPECT_GT(held[0].token, token);
        token = held[0].token;
    }
    EXPECT_EQ(take(1, kLong).size(), 1U);
    EXPECT_TRUE(take(1, kNone, "w2").empty());
}

TEST_F(WorkQueue, RefusesWhatComesUnderAnOldTokenAndLeavesNothingOfIt) {
    const RowId a = planned("A", 1);
    const Job old = take(1, kNone).at(0);
    const Job now = take(1, kLong, "w2").at(0);
    EXPECT_EQ(old.id, now.id);
    const auto add_a_part = [&](Database& database) {
        return database.run(
            "INSERT INTO parts (exhibit_id, ordinal, first_ordinal, end_ordinal, depth) "
            "VALUES ($1, 77, 0, NULL, 0)",
            a);
    };
    const auto refused = [&](const Result<void>& outcome) {
        EXPECT_EQ(error_of(outcome).code, Errc::refused);
        EXPECT_EQ(rows("parts WHERE ordinal = 77"), 0) << "rolled back with it";
        EXPECT_EQ(value_of(jobs_left(file_, a)), 1U);
    };
    refused(in_transaction([&](Database& database) {
        expect_ok(add_a_part(database));
        return complete(database, old);
    }));
    refused(in_transaction([&](Database& database) {
        expect_ok(add_a_part(database));
        return advance(database, old, 0);
    }));
    const std::array both{now, old};
    refused(complete(file_, both)); // all or nothing
    EXPECT_EQ(error_of(mark_started(file_, old, 5)).code, Errc::refused);
    expect_ok(release(file_, old));
    EXPECT_TRUE(take(1).empty()) << "what an older claim releases is held by the newer one";
    expect_ok(in_transaction([&](Database& database) {
        expect_ok(add_a_part(database));
        return advance(database, now, 0);
    }));
    EXPECT_EQ(rows("parts WHERE ordinal = 77"), 1);
}

TEST_F(WorkQueue, EnqueuesTheFinishWithTheLastJobOfAnExhibit) {
    const RowId a = planned("A", 2, true), b = planned("B", 1);
    auto jobs = take(9);
    ASSERT_EQ(jobs.size(), 4U);
    std::erase_if(jobs, [&](const Job& job) { return job.exhibit != a; });
    expect_ok(complete(file_, std::span(jobs).first(2)));
    EXPECT_EQ(value_of(jobs_left(file_, a)), 1U);
    EXPECT_TRUE(take(9).empty()) << "no finish yet";
    expect_ok(in_transaction([&](Database& database) { return complete(database, jobs[2]); }));
    const auto last = take(9);
    EXPECT_EQ(told(last), fmt::format("finish/0 of {}; ", a));
    expect_ok(complete(file_, last));
    EXPECT_EQ(value_of(jobs_left(file_, a)), 0U);
    EXPECT_TRUE(take(9).empty());
    EXPECT_EQ(value_of(jobs_left(file_, b)), 1U);
}

TEST_F(WorkQueue, LooksUpEveryExhibitBeforeItRecognisesAnything) {
    const RowId a = planned("A", 2, true, Operation::triage), b = planned("B", 1);
    const RowId c = planned("C", 1, false, Operation::triage);
    std::string order;
    for (auto jobs = take(1); !jobs.empty(); jobs = take(1)) {
        order += told(jobs);
        expect_ok(complete(file_, jobs));
    }
    EXPECT_EQ(order,
              fmt::format("triage/0 of {0}; triage/1 of {0}; triage/0 of {2}; examine/0 of {1}; "
                          "recognise/0 of {0}; recognise/1 of {0}; recognise/0 of {2}; "
                          "medium/0 of {0}; finish/0 of {0}; finish/0 of {1}; finish/0 of {2}; ",
                          a, b, c));
}

TEST_F(WorkQueue, EnqueuesNoRecogniseWhenTheTriageUnderAnOldTokenEnds) {
    const RowId a = planned("A", 1, false, Operation::triage);
    const auto late = take(1, kNone);
    const auto now = take(1);
    ASSERT_EQ(now.size(), 1U);
    EXPECT_EQ(error_of(complete(file_, late)).code, Errc::refused);
    EXPECT_EQ(value_of(jobs_left(file_, a, Operation::recognise)), 0U);
    expect_ok(complete(file_, now));
    EXPECT_EQ(value_of(jobs_left(file_, a, Operation::triage)), 0U);
    EXPECT_EQ(value_of(jobs_left(file_, a, Operation::recognise)), 1U);
}

TEST_F(WorkQueue, IsInTheOrderOfItsPriorities) {
    for (std::size_t i = 1; i < operations().size(); ++i) {
        EXPECT_LT(operations()[i - 1].priority, operations()[i].priority);
        EXPECT_EQ(&facts_of(operations()[i].operation), &operations()[i]);
    }
}

TEST_F(WorkQueue, CountsAttemptsSinceTheJobLastCameOn) {
    planned("A", 1);
    EXPECT_EQ(take(1, kNone).at(0).attempts, 1);
    const Job second = take(1, kNone).at(0);
    EXPECT_EQ(second.attempts, 2);
    EXPECT_EQ(value_of(mark_started(file_, second, 4)), 1);
    expect_ok(in_transaction([&](Database& database) { return advance(database, second, 0); }));
    const Job third = take(1, kNone).at(0);
    EXPECT_EQ(third.attempts, 1);
    EXPECT_EQ(third.started_seq, std::nullopt);
    expect_ok(release(file_, third));
    EXPECT_EQ(take(1, kLong).at(0).attempts, 1) << "what was given back was no attempt";
    expect_ok(release_all(file_));
    EXPECT_EQ(take(1, kLong, "w2").at(0).attempts, 2) << "its process died";
}

TEST_F(WorkQueue, TellsTheNextWorkerWhichItemWasBegun) {
    planned("A", 1);
    const Job first = take(1, kNone).at(0);
    EXPECT_EQ(first.started_seq, std::nullopt);
    EXPECT_EQ(value_of(mark_started(file_, first, 4)), 1);
    EXPECT_EQ(value_of(mark_started(file_, first, 5)), 1);
    const Job second = take(1, kNone).at(0);
    EXPECT_EQ(second.started_seq, 5U);
    EXPECT_EQ(second.started_count, 1);
    EXPECT_EQ(value_of(mark_started(file_, second, 5)), 2);
    EXPECT_EQ(take(1, kNone).at(0).started_count, 2);
}

TEST_F(WorkQueue, RenewsOnlyLeasesThatLive) {
    planned("A", 3);
    ASSERT_EQ(take(1, kLong, "w1").size(), 1U);
    ASSERT_EQ(take(1, kNone, "w1").size(), 1U);
    ASSERT_EQ(take(1, kLong, "w2").size(), 1U) << "the one whose lease ran out";
    EXPECT_EQ(value_of(heartbeat(file_, "w1", kLong)), 1U);
    EXPECT_EQ(value_of(heartbeat(file_, "w2", kNone)), 1U) << "shortens it to nothing";
    EXPECT_EQ(value_of(heartbeat(file_, "w2", kLong)), 0U);
    EXPECT_EQ(value_of(heartbeat(file_, "nobody", kLong)), 0U);
    EXPECT_EQ(take(9, kLong, "w3").size(), 2U);
}

TEST_F(WorkQueue, TellsWhatWasGivenUp) {
    planned("A", 2);
    const auto jobs = take(2);
    expect_ok(add_failure(file_, jobs[1], 7, Error{Errc::deadline, "a deadline"}));
    expect_ok(add_failure(file_, jobs[0], std::nullopt, Error{Errc::io, "a disk"}));
    const auto all = value_of(failures(file_));
    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(all[0].exhibit_label + all[0].operation, "Aexamine");
    EXPECT_EQ(all[0].part, 1U);
    EXPECT_EQ(all[0].item_seq, 7U);
    EXPECT_EQ(all[0].attempts, kMaxAttempts);
    EXPECT_EQ(all[0].error, (Error{Errc::deadline, "a deadline"}));
    EXPECT_EQ(all[0].at.kind, TimeKind::utc);
    EXPECT_GT(all[0].at.micros, TimeValue::utc(1'600'000'000).micros);
    EXPECT_EQ(all[1].item_seq, std::nullopt);
}

TEST_F(WorkQueue, ListsTheWorkersThatWereHeardOf) {
    expect_ok(report_worker(file_, {.name = "w2",
                                    .started = {},
                                    .seen = {},
                                    .seen_seconds_ago = 0,
                                    .items = 1,
                                    .bytes = 2,
                                    .doing = "A part 0"}));
    WorkerRecord again;
    again.name = "w1";
    expect_ok(report_worker(file_, again));
    again.items = 5;
    again.doing = "resting";
    expect_ok(report_worker(file_, again));
    auto all = value_of(workers(file_));
    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(all[0].name + all[0].doing, "w1resting");
    EXPECT_EQ(all[0].items, 5U);
    EXPECT_LE(all[0].started.micros, all[0].seen.micros);
    EXPECT_GE(all[0].seen_seconds_ago, 0);
    EXPECT_EQ(all[1].bytes, 2U);
    expect_ok(remove_worker(file_, "w1"));
    expect_ok(file_.database().exec("UPDATE workers SET seen_us = seen_us - 601000000"));
    EXPECT_TRUE(value_of(workers(file_)).empty()) << "not heard of for ten minutes";
}

TEST_F(WorkQueue, CountsWhatWaitsAndWhatIsHeld) {
    planned("A", 3, true);
    take(1, kNone);
    take(2, kLong);
    const auto counts = value_of(job_counts(file_));
    ASSERT_EQ(counts.size(), 2U);
    EXPECT_EQ(counts[0].operation, "examine");
    EXPECT_EQ(counts[0].waiting, 1U);
    EXPECT_EQ(counts[0].held, 2U);
    EXPECT_EQ(counts[0].retried, 1U);
    EXPECT_EQ(counts[1].operation, "medium");
    EXPECT_EQ(counts[1].waiting, 1U);
    EXPECT_EQ(counts[1].held, 0U);
}

// On a server workers claim at once. What each got is completed, so that a job that came twice
// would be refused to one of them.
TEST_F(WorkQueue, NeverGivesOneJobToTwoWhoClaimAtTheSameTime) {
    if (!file_.on_server()) {
        EXPECT_EQ(error_of(Case::open(file_.place(), Access::write)).code, Errc::refused)
            << "in a folder there is one process that claims";
        return;
    }
    constexpr std::uint64_t kParts = 600;
    const RowId a = planned("A", kParts);
    std::array<std::vector<Job>, 4> got;
    std::atomic<int> waiting = static_cast<int>(got.size());
    std::vector<std::thread> threads;
    for (std::size_t t = 0; t < got.size(); ++t) {
        threads.emplace_back([&, t] {
            Case mine = value_of(Case::open(file_.place(), Access::write));
            --waiting;
            while (waiting > 0) { // all begin together
            }
            for (;;) {
                const auto jobs = value_of(claim(mine, {.worker = std::to_string(t),
                                                        .lease = kLong,
                                                        .most = 1 + t,
                                                        .exhibit = {},
                                                        .operation = Operation::examine}));
                EXPECT_LE(jobs.size(), 1 + t);
                if (jobs.empty()) {
                    return;
                }
                expect_ok(complete(mine, jobs));
                got[t].insert(got[t].end(), jobs.begin(), jobs.end());
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    std::set<audit::Hash> distinct;
    std::size_t all = 0;
    for (const auto& jobs : got) {
        all += jobs.size();
        for (const Job& job : jobs) {
            distinct.insert(job.id);
            EXPECT_EQ(job.attempts, 1);
        }
    }
    EXPECT_EQ(all, kParts);
    EXPECT_EQ(distinct.size(), kParts);
    EXPECT_EQ(told(take(9)), fmt::format("finish/0 of {}; ", a)) << "once, whoever was the last";
}

} // namespace
} // namespace rempart::casefile
