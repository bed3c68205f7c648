// SPDX-License-Identifier: Apache-2.0
/// What a killed PostgreSQL server does to a case.
#include <atomic>
#include <csignal>
#include <functional>
#include <random>
#include <thread>

#include <gtest/gtest.h>

#include "casefile/sample_case.hpp"
#include "rempart/casefile/audit_verify.hpp"

namespace rempart::casefile {
namespace {

constexpr std::uint64_t kBatch = 3;
constexpr std::uint64_t kItems = 4 * kBatch;

/// Ingests what is left of kItems, a commit each kBatch; the last item is a chat export. Stops at
/// the first failure. `step` is called before each call of the writer and within each commit;
/// `committed` is what was acknowledged.
class Ingest {
  public:
    explicit Ingest(std::function<void()> step) : step_(std::move(step)) {}

    std::uint64_t committed = 0;

    Result<void> rest(Case& file) {
        auto writer = IngestWriter::open(file, 1);
        if (!writer) {
            return fail(writer.error());
        }
        writer->at_commit([&](Database& /*database*/) -> Result<void> {
            step_();
            return {};
        });
        committed = writer->next_seq();
        for (std::uint64_t seq = committed; seq < kItems; ++seq) {
            step_();
            auto content = seq + 1 == kItems ? add_chat(*writer, seq) : add_picture(*writer, seq);
            if (!content) {
                return fail(content.error());
            }
            step_();
            if (auto added = writer->add_item(some_item(seq, "picture.jpg", *content)); !added) {
                return added;
            }
            step_();
            if ((seq + 1) % kBatch == 0) {
                if (auto done = writer->commit(); !done) {
                    return done;
                }
                committed = seq + 1;
            }
        }
        return {};
    }

  private:
    using Content = Result<std::optional<RowId>>;
    static Content add_picture(IngestWriter& writer, std::uint64_t seq) {
        const auto added = writer.add_content(some_picture(seq));
        return added ? Content(*added) : fail(added.error());
    }
    static Content add_chat(IngestWriter& writer, std::uint64_t seq) {
        const auto conversation =
            writer.add_conversation({0, seq, "telegram", "dm:1", "dm", "Trains"});
        if (!conversation) {
            return fail(conversation.error());
        }
        for (std::uint64_t i = 0; i < 3; ++i) {
            if (auto added = writer.add_message(some_message(*conversation, seq, i)); !added) {
                return fail(added.error());
            }
        }
        return std::optional<RowId>();
    }

    std::function<void()> step_;
};

class KilledServer : public ::testing::Test {
  protected:
    KilledServer() {
        Case plain = fresh();
        Ingest whole([&] { ++steps_; });
        expect_ok(whole.rest(plain));
        expected_ = canonical_of(plain, temp_.path() / "plain");
    }

    Case fresh() {
        url_ = server_.fresh_database();
        Case file = value_of(Case::create(url_, some_info()));
        value_of(add_exhibit(file, some_exhibit("A")));
        return file;
    }
    /// The server and the process that serves us, at once: no rollback, no goodbye.
    void strike(pid_t backend) {
        ::kill(server_.pid(), SIGKILL);
        ::kill(backend, SIGKILL);
    }
    static pid_t backend_of(Case& file) {
        return static_cast<pid_t>(
            value_of(file.database().scalar("SELECT pg_backend_pid()")).value_or(0));
    }
    /// The promise: all that was acknowledged is there and nothing half, and the same goes on.
    void expect_whole(std::uint64_t committed) {
        server_.stop(SIGKILL);
        server_.start();
        Case file = value_of(Case::open(url_, Access::write));
        expect_ok(file.check());
        const std::uint64_t next = value_of(IngestWriter::open(file, 1)).next_seq();
        EXPECT_GE(next, committed);
        EXPECT_LE(next, committed + kBatch) << "at most the commit that was not acknowledged";
        EXPECT_EQ(next % kBatch, 0U);
        const Totals totals = value_of(rempart::casefile::totals(file, std::nullopt));
        EXPECT_EQ(totals.items, next);
        EXPECT_EQ(totals.contents, std::min(next, kItems - 1));
        EXPECT_EQ(totals.messages, next == kItems ? 3U : 0U);
        EXPECT_TRUE(value_of(verify_log(file, {}, {})).sound());
        Ingest again([] {});
        expect_ok(again.rest(file));
        EXPECT_EQ(again.committed, kItems);
        EXPECT_TRUE(value_of(verify_log(file, {}, {})).sound());
        const auto out = temp_.path() / "out";
        EXPECT_EQ(canonical_of(file, out), expected_);
        std::filesystem::remove(out);
    }

    TempFolder temp_;
    PostgresServer& server_ = PostgresServer::shared();
    std::string url_, expected_;
    int steps_ = 0;
};

TEST_F(KilledServer, BetweenTwoStepsLeavesACaseThatGoesOn) {
    std::mt19937 random(20'261'123); // NOLINT: the same moments each time
    for (int round = 0; round < 10; ++round) {
        const int at = static_cast<int>(random() % static_cast<unsigned>(steps_)) + 1;
        SCOPED_TRACE(at);
        Case file = fresh();
        const pid_t backend = backend_of(file);
        int step = 0;
        Ingest ingest([&] {
            if (++step == at) {
                strike(backend);
            }
        });
        EXPECT_EQ(error_of(ingest.rest(file)).code, Errc::unavailable);
        expect_whole(ingest.committed);
    }
}

// The blow falls anywhere in what the step does: also within a commit.
TEST_F(KilledServer, InTheMiddleOfAStepLeavesACaseThatGoesOn) {
    std::mt19937 random(7); // NOLINT: the same steps each time
    for (int round = 0; round < 8; ++round) {
        const int at = static_cast<int>(random() % static_cast<unsigned>(steps_)) + 1;
        SCOPED_TRACE(at);
        Case file = fresh();
        const pid_t backend = backend_of(file);
        std::atomic<int> step = 0;
        std::atomic<bool> ended = false;
        std::thread killer([&] {
            while (step < at && !ended) {
            }
            strike(backend);
        });
        Ingest ingest([&] { ++step; });
        const auto outcome = ingest.rest(file);
        ended = true;
        killer.join();
        if (!outcome) {
            EXPECT_EQ(outcome.error().code, Errc::unavailable) << outcome.error().message;
        }
        expect_whole(ingest.committed);
    }
}

} // namespace
} // namespace rempart::casefile
