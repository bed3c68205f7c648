// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// A medium as items: its volume system, each volume, each file system in it.

#include <string>

#include "examine/evidence_reader/tsk_image.hpp"
#include "examine/item_stream_writer.hpp"

namespace rempart::examine {

/// Tells every item and volume, and `finish`es the stream. What is not understood is a `problem`
/// item; a medium without any item gets one too, so that nothing is never the answer.
/// \return an Error if the medium cannot be given to libtsk at all, or the writer fails.
/// \param tell_damage WalkStart::tell_volume_damage.
[[nodiscard]] Result<void> walk_disk(Medium& medium, ItemStreamWriter& writer,
                                     bool tell_damage = true);

/// Tells the medium itself as one item with path "".
[[nodiscard]] Result<void> walk_medium(Medium& medium, ItemStreamWriter& writer);

} // namespace rempart::examine
