// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Writes worked-on items into the case in the order of the walk, on a thread of its own, whatever
/// the order in which the workers finish them.

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "pipeline/context.hpp"

namespace rempart::pipeline {

/// How much may be lost, and done again, when this process dies.
enum class Pace : std::uint8_t {
    batches,  ///< About a second of work.
    one_item, ///< Nothing: for finding out which item kills its worker.
};

class Committer {
  public:
    struct Setup {
        casefile::Case& file;
        casefile::RowId exhibit = 0;
        std::string exhibit_label;
        const IngestOptions& options;
        Counters& counters;
        examine::ReaderConfig readers; ///< For chat exports.
        Pace pace = Pace::batches;
        /// For Pace::one_item: notes that an item is begun; false if it is to be given up.
        std::function<Result<bool>(std::uint64_t seq)> begin_suspect;
        /// Called in the transaction of every commit; see casefile::IngestWriter::at_commit.
        std::function<Result<void>(casefile::Database&, Pace)> at_commit;
    };

    /// Takes over the case's connection until `finish`.
    Committer(Setup setup, casefile::IngestWriter writer);
    Committer(const Committer&) = delete;
    Committer& operator=(const Committer&) = delete;
    ~Committer();

    /// From any thread, once for each seq. An error makes the committer stop; see `failed`.
    void take(std::uint64_t seq, Result<Finished>&& finished);

    /// Waits while `ahead` or more items before `seq` are not yet written. False once the committer
    /// has failed: then stop.
    [[nodiscard]] bool wait_for_window(std::uint64_t seq, std::uint64_t ahead);
    [[nodiscard]] bool failed();
    /// Setup::begin_suspect. \pre all before `seq` is committed (wait_for_window with 1): then
    /// nobody else uses the case's connection.
    [[nodiscard]] Result<bool> begin_suspect(std::uint64_t seq) {
        return setup_.begin_suspect(seq);
    }
    /// From Pace::one_item to Pace::batches.
    void trust_again() { pace_ = Pace::batches; }

    /// Writes what is complete up to `end_seq` (exclusive) or up to the first gap if the walk was
    /// cut short, commits and ends the thread.
    [[nodiscard]] Result<void> finish(std::uint64_t end_seq, bool cut_short);

  private:
    enum class Next : std::uint8_t { item, flush, end };

    void run();
    [[nodiscard]] Next next();
    [[nodiscard]] Result<void> take_next();
    [[nodiscard]] Result<void> gather(Finished&& finished);
    [[nodiscard]] Result<void> flush();
    [[nodiscard]] Result<void> write(Finished& finished);
    [[nodiscard]] Result<void> write_chat(Finished& finished);
    [[nodiscard]] Result<casefile::RowId> write_content(Finished& finished);
    [[nodiscard]] Result<void> tell_hits(std::uint64_t first_seq);

    Setup setup_;
    std::atomic<Pace> pace_ = Pace::batches;
    casefile::IngestWriter writer_;
    std::uint64_t next_seq_;
    /// Worked on, not yet written: the case is held for as long as writing takes, not longer.
    std::vector<Finished> batch_;
    std::uint64_t batch_bytes_ = 0;
    std::chrono::steady_clock::time_point batch_due_;
    std::chrono::milliseconds due_after_; ///< How long a batch may wait.
    std::optional<Result<Finished>> taken_;

    std::mutex mutex_;
    std::condition_variable ready_;    ///< For the committer: what it waits for may be there.
    std::condition_variable advanced_; ///< For the walk: the committer came on.
    bool walk_waits_ = false;
    std::map<std::uint64_t, Result<Finished>> waiting_; ///< Bounded by the walk's window.
    std::optional<std::uint64_t> end_seq_;
    bool cut_short_ = false;
    std::optional<Error> failure_;
    std::jthread thread_; // last: starts when all else is there
};

} // namespace rempart::pipeline
