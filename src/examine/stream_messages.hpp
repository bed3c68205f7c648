// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The messages of the item stream: child to parent in batches, and the one request that starts
/// it.
///
///     batch   := record*                      at most kMaxBatchRecords; WireWriter's encoding
///     record  := u8 tag, fields               see the structs below
///     request := u32 descriptors, u64 first_ordinal, poison list of items, the same of steps,
///                u8 flush_each, runs of ordinals, bytes body
///
/// Descriptors come with the request, and those that one message cannot carry with messages of one
/// byte that follow it.
///
/// The sender of a batch may be hostile: decode_batch checks form and bounds, StreamOrder the
/// grammar and the arithmetic; both together decide what the parent believes.

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "rempart/core/bytes.hpp"
#include "rempart/core/result.hpp"
#include "rempart/core/wire.hpp"
#include "rempart/examine/source.hpp"

namespace rempart::examine {

inline constexpr std::size_t kMaxBatchRecords = 4096;
inline constexpr std::size_t kMaxPathBytes =
    32'768; ///< Our choice; longer ones are cut, and say so.
inline constexpr std::size_t kMaxErrorBytes = 1024; ///< WireReader::error's bound.
inline constexpr std::size_t kMaxUnread = 1000;     ///< ItemEnd's contract.
inline constexpr std::size_t kMaxVolumes = 4096;

/// Content of the item begun last: a stretch of a slot. Stretches of one slot rise and never
/// overlap.
struct SlotBytes {
    std::uint32_t slot = 0;
    std::uint32_t offset = 0;
    std::uint32_t size = 0;
    friend bool operator==(const SlotBytes&, const SlotBytes&) = default;
};
/// No more content comes in that slot until it has been given back.
struct SlotDone {
    std::uint32_t slot = 0;
    friend bool operator==(const SlotDone&, const SlotDone&) = default;
};
/// "I live": between items, while the walk searches or waits for a slot.
struct StreamAlive {
    friend bool operator==(const StreamAlive&, const StreamAlive&) = default;
};
/// The walk is complete.
struct StreamFinish {
    std::string stored_md5, stored_sha1;
    friend bool operator==(const StreamFinish&, const StreamFinish&) = default;
};
/// The walk as a whole failed, in good order (the source cannot be opened…).
struct StreamFailed {
    Error error;
    friend bool operator==(const StreamFailed&, const StreamFailed&) = default;
};
using StreamRecord = std::variant<ItemBegin, SlotBytes, SlotDone, ItemEnd, VolumeInfo, StreamAlive,
                                  StreamFinish, StreamFailed>;

/// Appends one record. \pre text is valid UTF-8 and within the bounds above.
void put_record(WireWriter& out, const StreamRecord& record);
/// An item's beginning without a copy of its head.
void put_begin(WireWriter& out, std::uint64_t ordinal, const ItemHead& head);

/// \return `bad_answer`.
[[nodiscard]] Result<std::vector<StreamRecord>> decode_batch(ByteView message);

/// Holds records against the grammar of source.hpp and the sizes of the shared area.
class StreamOrder {
  public:
    StreamOrder(std::uint64_t first_ordinal, std::uint32_t slots, std::vector<OrdinalRun> only = {})
        : only_(std::move(only)), next_ordinal_(next_wanted(only_, first_ordinal)), slots_(slots) {}
    /// \return `bad_answer` for a record that may not come now.
    [[nodiscard]] Result<void> accept(const StreamRecord& record);
    [[nodiscard]] std::uint64_t next_ordinal() const { return next_ordinal_; }
    [[nodiscard]] bool in_item() const { return in_item_; }
    [[nodiscard]] bool ended() const { return ended_; }

  private:
    [[nodiscard]] bool fits(const ItemBegin& begin);
    [[nodiscard]] bool fits(const SlotBytes& bytes);
    [[nodiscard]] bool fits(const SlotDone& done);
    [[nodiscard]] bool fits(const ItemEnd& end);
    [[nodiscard]] bool fits(const VolumeInfo& volume);
    [[nodiscard]] bool fits(const StreamAlive&) { return true; }
    [[nodiscard]] bool fits(const StreamFinish& finish);
    [[nodiscard]] bool fits(const StreamFailed&);

    std::vector<OrdinalRun> only_;
    std::uint64_t next_ordinal_;
    std::uint32_t slots_;
    bool in_item_ = false;
    bool ended_ = false;
    bool may_have_content_ = false;
    std::size_t volumes_ = 0;
    std::optional<SlotBytes> open_slot_; ///< Where the slot in use is filled up to.
};

/// A thing that killed a reader before, and how.
struct Poison {
    std::uint64_t number = 0;
    Error error;
    /// Of a step: how many items had been told when it killed. Those of the step itself are not
    /// told again; what is told in its place comes behind them.
    std::uint64_t told_items = 0;
    friend bool operator==(const Poison&, const Poison&) = default;
};

/// Where a walk begins, and what it must not touch again.
struct StreamStart {
    std::uint64_t first_ordinal = 0;
    std::vector<Poison> items; ///< By ordinal.
    std::vector<Poison> steps; ///< By ItemStreamWriter::step's number.
    /// Tell each item at once: a run that is expected to die again then ends at the same item every
    /// time, whatever the timing.
    bool flush_each = false;
    std::vector<OrdinalRun> only; ///< WalkStart's.
    friend bool operator==(const StreamStart&, const StreamStart&) = default;
};

/// Our choice, below the kernel's 253 (SCM_MAX_FD) and the sandbox's 250.
inline constexpr std::size_t kDescriptorsPerMessage = 200;
/// Our choice, below the 1024 that a confined process may hold.
inline constexpr std::size_t kMaxDescriptors = 1000;

/// `body` and the descriptors after the first two are the role's own.
struct StreamRequest {
    std::uint32_t descriptors = 0;
    StreamStart start;
    Bytes body;
};
[[nodiscard]] Bytes encode_request(const StreamRequest& request);
/// \return `bad_answer` (the parent is trusted; a fault here is a bug or a wrong program).
[[nodiscard]] Result<StreamRequest> decode_request(ByteView message);

} // namespace rempart::examine
