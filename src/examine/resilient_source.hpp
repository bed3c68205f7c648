// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// A source that outlives its reader: a reader that dies is started again behind what killed it.
///
/// What a death costs: the item that was being read (it ends with `crashed`, `deadline`, `memory`,
/// `refused` or `bad_answer`), or the step of the walk that was being made (a directory, a file
/// system), which the reader then leaves out and tells as a `problem`. If that does not help, or
/// after kMaxRestarts restarts, one `problem` item says after which item the walk ended early, and
/// SourceEnd follows: a failure is never silent.
///
/// The bytes that an item gave before it ended with such an error depend on timing. They are not to
/// be recorded: two runs would differ.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "examine/stream_source.hpp"
#include "rempart/examine/source.hpp"

namespace rempart::examine {

class ResilientSource final : public Source {
  public:
    /// Our choice: an exhibit with more deadly places than that is looked at by a person.
    static constexpr int kMaxRestarts = 20;

    /// \return what StreamSource::start returns: the first start must succeed.
    [[nodiscard]] static Result<std::unique_ptr<Source>> open(ReaderRequest request,
                                                              ReaderConfig config, WalkStart start);

    [[nodiscard]] Result<Event> next() override;

  private:
    ResilientSource(ReaderRequest request, ReaderConfig config, WalkStart start,
                    std::unique_ptr<StreamSource> run);
    /// Takes note of an event, and drops what was told before a restart.
    [[nodiscard]] std::optional<Event> pass_on(Event event);
    [[nodiscard]] std::optional<Event> pass_on_replayed(Event event);
    /// Blames the death on something and starts again. An event to tell now, or nothing.
    [[nodiscard]] std::optional<Event> survive(const Error& death);
    [[nodiscard]] bool blame(const Error& death, const Position& position);
    [[nodiscard]] bool restart();
    [[nodiscard]] Event give_up(const Error& death);

    ReaderRequest request_;
    ReaderConfig config_;
    StreamStart start_;
    std::unique_ptr<StreamSource> run_;
    int restarts_ = 0;
    std::vector<VolumeInfo> volumes_; ///< Of the run before, for when no other can be started.
    sandbox::Confinement confinement_;
    std::uint64_t suspect_step_ = 0; ///< Killed one run; 0 for none.
    bool is_last_run_ = false;
    std::uint64_t told_items_ = 0;      ///< Ordinal of the next item that was not begun.
    std::optional<ItemHead> open_item_; ///< Begun, not ended.
    std::uint64_t told_bytes_ = 0;      ///< Of open_item_.
    /// Set after a restart inside an item: its bytes up to here were told before.
    std::optional<std::uint64_t> replay_bytes_;
    /// What is left to tell after giving up.
    enum class Ending : std::uint8_t { none, end_item, begin_problem, end_problem, end_source };
    Ending ending_ = Ending::none;
    Error death_;
};

} // namespace rempart::examine
