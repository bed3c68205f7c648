// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// How a confined reader tells items to the main program: events in messages, bytes in shared
/// memory.
///
/// The child writes content straight into slots of a shared memory area (no copy on the way) and
/// sends small messages about them; the parent gives slots back when their bytes are done with.
/// Many small files share one slot. The last ordinal that the child touched stands in the shared
/// memory too, so that a crash can be laid to the item at fault.

#include <cstdint>
#include <memory>
#include <span>

#include "rempart/core/bytes.hpp"
#include "rempart/core/result.hpp"
#include "rempart/examine/item.hpp"
#include "rempart/examine/source.hpp"

namespace rempart::examine {

/// What a reader calls as it walks. The walk itself counts: `begin` gives each item the next
/// ordinal.
class ItemSink {
  public:
    virtual ~ItemSink() = default;

    /// Announces an item. False: do not read its content (it is below WalkStart, or known to kill
    /// the reader); then call neither write nor end.
    [[nodiscard]] virtual Result<bool> begin(const ItemHead& head) = 0;
    /// Room for the next bytes of the item, at least 1 byte and up to 1 MiB: fill a front part,
    /// then `wrote` that many. Waits for the parent when all slots are out.
    [[nodiscard]] virtual Result<std::span<std::byte>> room() = 0;
    [[nodiscard]] virtual Result<void> wrote(std::size_t size_bytes) = 0;
    [[nodiscard]] virtual Result<void> end(const ItemEnd& how) = 0;
};

} // namespace rempart::examine
