// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The parent's end of the item stream: one run of one confined reader.
///
/// The child's messages are checked before anything is believed (stream_messages.hpp). The bytes of
/// a Chunk lie in memory that the child can still write to: read them once, copy them if two
/// readings must agree (shared_area.hpp).

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "examine/shared_area.hpp"
#include "examine/stream_messages.hpp"
#include "rempart/core/fd.hpp"
#include "rempart/examine/source.hpp"
#include "rempart/sandbox/child.hpp"

namespace rempart::examine {

/// Which role is asked what. `body` and `descriptors` are the role's own.
struct ReaderRequest {
    std::string role; ///< "evidence_reader": a program of ReaderConfig::libexec_dir.
    Bytes body;
    std::vector<UniqueFd> descriptors;
    std::uint32_t slots = kDefaultSlots;
};

/// Events of a reader's run. next() gives an Error when the walk as a whole failed (the reader said
/// so) or when the reader died; `died()` tells which. For a source that goes on after deaths see
/// resilient_source.hpp.
class StreamSource final : public Source {
  public:
    /// \return what sandbox::Child::start returns; `io`.
    [[nodiscard]] static Result<std::unique_ptr<StreamSource>>
    start(const ReaderRequest& request, const ReaderConfig& config, const StreamStart& start);

    [[nodiscard]] Result<Event> next() override;

    /// The reader crashed, hung, lied or was stopped; with the error that next() gave.
    [[nodiscard]] bool died() const { return died_; }
    /// Where the child was last. Its own word: good for a guess, never for arithmetic.
    [[nodiscard]] Position position() const { return area_->position(); }
    /// Volumes told so far, as they will stand in SourceEnd.
    [[nodiscard]] const std::vector<VolumeInfo>& volumes() const { return end_.volumes; }
    [[nodiscard]] const sandbox::Confinement& confinement() const { return child_.confinement(); }

  private:
    class Leases;
    StreamSource(sandbox::Child child, std::shared_ptr<SharedArea> area, const StreamStart& start);
    [[nodiscard]] Result<void> receive_batch();
    [[nodiscard]] Result<void> take(StreamRecord record);
    [[nodiscard]] Result<void> take_bytes(const SlotBytes& bytes);

    sandbox::Child child_;
    std::shared_ptr<SharedArea> area_; ///< Shared with every Chunk, which may outlive the source.
    std::shared_ptr<Leases> leases_;   ///< The same.
    StreamOrder order_;
    std::deque<Event> ready_;
    std::optional<std::uint32_t> open_slot_;
    std::shared_ptr<const void> open_lease_; ///< Of open_slot_; each Chunk of it holds it too.
    SourceEnd end_;
    std::optional<Error> failed_; ///< To be told when ready_ is empty.
    std::chrono::steady_clock::time_point last_progress_ = std::chrono::steady_clock::now();
    bool died_ = false;
};

} // namespace rempart::examine
