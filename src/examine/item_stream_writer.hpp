// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The child's end of the item stream: what a confined reader writes items into.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "examine/shared_area.hpp"
#include "examine/stream_messages.hpp"
#include "rempart/core/fd.hpp"
#include "rempart/core/wire.hpp"
#include "rempart/examine/item_stream.hpp"
#include "rempart/sandbox/confined.hpp"

namespace rempart::examine {

/// Not thread-safe. Any error that a method returns is about the channel to the parent: the walk
/// ends with it, there is nobody to tell.
class ItemStreamWriter final : public ItemSink {
  public:
    /// \param channel outlives the writer.
    ItemStreamWriter(sandbox::Channel& channel, std::unique_ptr<SharedArea> area,
                     StreamStart start);

    /// False only for what is not asked for (StreamStart) and for a poisoned item, which is then
    /// told with the error that it caused. After true, `end` is due, also for what has no content
    /// (or use `tell`). Over-long paths are cut, and the head says so.
    [[nodiscard]] Result<bool> begin(const ItemHead& head) override;
    [[nodiscard]] Result<std::span<std::byte>> room() override;
    [[nodiscard]] Result<void> wrote(std::size_t size_bytes) override;
    [[nodiscard]] Result<void> end(const ItemEnd& how) override;

    /// begin and end of something without content: a symlink, a device, a problem.
    [[nodiscard]] Result<void> tell(const ItemHead& head);

    /// To be called before each part of the walk that may kill the reader outside an item's
    /// content: a volume, a file system, a directory, an entry. An error: this step killed a reader
    /// before; leave it out, up to the next step, and tell a `problem` with that error in its
    /// place.
    [[nodiscard]] std::optional<Error> step();

    /// A volume that has been walked, in the order of the medium.
    [[nodiscard]] Result<void> volume(const VolumeInfo& info);

    /// "I live", at most four times a second: to be called where a long search may go on without an
    /// item. Never from a thread of its own: it must say that the walk itself gets on.
    [[nodiscard]] Result<void> alive();

    /// The end of the walk; no call after it.
    [[nodiscard]] Result<void> finish(const StreamFinish& digests);
    /// The walk as a whole failed; no call after it.
    [[nodiscard]] Result<void> failed(const Error& why);

    /// Items begun so far, including those below the start.
    [[nodiscard]] std::uint64_t items() const { return next_ordinal_; }

  private:
    using Clock = std::chrono::steady_clock;
    [[nodiscard]] Result<void> flush();
    [[nodiscard]] Result<void> flush_if_due();
    [[nodiscard]] bool take_free_slot();
    [[nodiscard]] Result<void> next_slot();
    void put_pending();
    void put_slot_done();
    void tell_position(bool reading);

    sandbox::Channel* channel_;
    std::unique_ptr<SharedArea> area_;
    StreamStart start_;
    WireWriter batch_;
    std::size_t records_ = 0; ///< In batch_.
    std::size_t ends_ = 0;    ///< Items that ended in batch_.
    Clock::time_point last_flush_ = Clock::now();
    std::uint64_t next_ordinal_ = 0;
    std::uint64_t steps_ = 0;
    std::optional<std::uint32_t> slot_; ///< The slot in use.
    std::size_t used_ = 0;              ///< Bytes of it in use.
    std::size_t pending_from_ = 0;      ///< [pending_from_, used_) is not yet in batch_.
    std::uint32_t next_to_try_ = 0;
};

/// The main of a role that streams: confines the process, takes the one request, runs `walk` and
/// tells how it ended. `walk` gets the role's own request body and descriptors; it returns an Error
/// if the source as a whole cannot be read (which the parent gets as such), and calls
/// `writer.finish` itself if all went well. Returns the exit status for main.
using Walk = std::function<Result<void>(ByteView body, std::vector<UniqueFd> descriptors,
                                        ItemStreamWriter& writer)>;
[[nodiscard]] int serve_stream(const Walk& walk);

} // namespace rempart::examine
