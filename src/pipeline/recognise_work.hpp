// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The second pass over a part that was triaged: looks at the pictures and videos that the first
/// one left aside, and completes their contents in the order of the walk.
///
/// It reads pictures and the archives that hold some, and passes over all else by its name; an
/// archive in which something could not be read is read whole, because what is passed over could
/// change how the rest is numbered. No item is added: what the case holds in the end is what one
/// pass would have stored. Killed at any moment, it goes on with what is still left aside.

#include <chrono>
#include <deque>
#include <future>
#include <memory>
#include <vector>

#include "pipeline/item_work.hpp"
#include "pipeline/left_aside.hpp"
#include "pipeline/part_work.hpp"

namespace rempart::pipeline {

class RecogniseWork {
  public:
    explicit RecogniseWork(const PartWork::Setup& setup);

    /// \return as JobRunner::run.
    [[nodiscard]] Result<JobOutcome> run();

  private:
    /// A source in the stack: the exhibit itself, or an archive inside it.
    struct Level {
        std::unique_ptr<examine::Source> source;
        const WantedItem* in = nullptr;
        std::size_t next = 0;        ///< The first of its members that was not met yet.
        std::shared_ptr<void> owner; ///< Keeps the archive's descriptor open.
    };
    /// The item that the source on top of the stack is telling; nothing is wanted of most.
    struct Current {
        const WantedItem* wanted = nullptr;
        std::shared_ptr<ItemWork> work; ///< None: its bytes are not looked at.
        std::future<Result<Finished>> finished;
    };
    struct Awaited {
        const WantedItem* wanted = nullptr;
        std::future<Result<Finished>> finished;
        std::uint64_t copied_bytes = 0;
    };
    struct Looked {
        casefile::ContentRecord content;
        std::vector<casefile::HitRecord> hits;
    };

    [[nodiscard]] Result<bool> one_round();
    [[nodiscard]] Result<void> walk();
    [[nodiscard]] Result<void> step();
    [[nodiscard]] Result<void> begin(examine::ItemBegin&& event);
    [[nodiscard]] Result<void> end(examine::ItemEnd&& event);
    void open_archive(const WantedItem& archive, const ItemBytes& bytes);
    void leave_level(const Error& why);
    void give_up(const WantedItem& wanted, const Error& why);
    [[nodiscard]] Result<bool> may_begin(const WantedItem& wanted);
    [[nodiscard]] bool asked_to_stop() const;

    [[nodiscard]] Result<void> keep_up(std::size_t most_awaited);
    [[nodiscard]] Result<void> take_first();
    [[nodiscard]] Result<void> flush();
    [[nodiscard]] Result<void> store(Looked& looked);
    [[nodiscard]] Result<void> tell_near_hits(const Looked& looked);

    PartWork::Setup setup_;
    IngestOptions options_; ///< With the depth of this pass.
    casefile::PartRecord part_;
    std::optional<casefile::IngestWriter> writer_;
    std::size_t suspects_; ///< So many pictures are done one at a time.

    LeftAside left_;
    std::vector<Level> levels_;
    std::optional<Current> current_;
    std::deque<Awaited> awaited_;     ///< Under way, in the order of the walk.
    std::uint64_t awaited_bytes_ = 0; ///< What was copied for them.
    std::vector<Looked> batch_;       ///< Done, not yet stored.
    std::chrono::steady_clock::time_point batch_due_;

    // In this order: tasks that are still under way at a stop use what stands above the threads.
    SpoolSpace spool_space_;
    std::optional<Context> context_;
    ThreadPool threads_;
};

} // namespace rempart::pipeline
