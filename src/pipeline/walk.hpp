// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Drives one exhibit through the workers: its source, and the archives inside, depth first, so
/// that every item has one number in one order.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "pipeline/committer.hpp"
#include "pipeline/context.hpp"
#include "pipeline/item_work.hpp"
#include "rempart/examine/source.hpp"

namespace rempart::pipeline {

/// Archives inside archives are opened to this depth; deeper ones are items with a reason.
inline constexpr std::size_t kMaxArchiveDepth = 8;

/// The error of an item that is not tried any more.
[[nodiscard]] Error given_up_error();

/// Where an earlier run stopped. The walk starts again at the last item that stands in no archive,
/// because the archives in it may have been cut short; what is in the case already is passed over.
struct ResumePoint {
    std::uint64_t next_seq = 0;  ///< First item that is not in the case.
    std::uint64_t first_seq = 0; ///< The number of the item at which the source is started again,
    std::uint64_t first_ordinal = 0;          ///< and its ordinal in the source.
    std::optional<std::uint64_t> end_ordinal; ///< The first item of the next part.
    /// So many items are worked on one at a time: one of them may have ended an earlier worker.
    std::uint64_t suspects = 0;
};

struct WalkResult {
    std::uint64_t end_seq = 0;
    bool stopped = false;             ///< By the user, or because the committer failed.
    bool reached_end = false;         ///< Of the source, not only of the part.
    examine::SourceEnd end;           ///< Of the exhibit's own source.
    std::optional<Error> ended_early; ///< The exhibit's own source broke off: also an item.
};

class Walk {
  public:
    Walk(const Context& context, Committer& committer, const examine::ReaderConfig& readers,
         const ResumePoint& start);
    ~Walk();

    /// Runs `source` to its end. \return an error only of the machine, not of the evidence.
    [[nodiscard]] Result<WalkResult> run(std::unique_ptr<examine::Source> source);

  private:
    struct Level;
    struct Current;
    struct Gate;

    [[nodiscard]] Result<void> step();
    [[nodiscard]] Result<void> begin(examine::ItemBegin&& event);
    [[nodiscard]] Result<void> end(examine::ItemEnd&& event);
    void open_archive(const Current& item, const ItemBytes& bytes);
    void source_end(examine::SourceEnd&& event);
    void source_failed(const Error& error);
    void add_problem(const Error& error);
    [[nodiscard]] bool must_stop();
    [[nodiscard]] bool is_next_part(const examine::ItemBegin& event) const;

    const Context& context_;
    Committer& committer_;
    examine::ReaderConfig readers_;
    std::uint64_t resume_at_seq_;
    std::optional<std::uint64_t> end_ordinal_;
    std::uint64_t suspects_;
    std::uint64_t next_seq_;
    std::vector<Level> levels_;
    std::unique_ptr<Current> current_;
    WalkResult result_;
    std::shared_ptr<Gate> gate_;
};

} // namespace rempart::pipeline
