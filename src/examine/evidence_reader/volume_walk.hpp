// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// One stretch of a medium that should hold a file system: a partition, or the whole medium.

#include <optional>
#include <string>

#include "examine/evidence_reader/tsk_image.hpp"
#include "examine/item_stream_writer.hpp"

namespace rempart::examine {

struct VolumePlace {
    std::uint64_t offset_bytes = 0;
    std::uint64_t size_bytes = 0; ///< As the partition table states it.
    std::string label;            ///< For VolumeInfo.
    std::string name;             ///< "partition-2"; "" for the whole medium.
};

/// What to do with a stretch in which no file system is found.
enum class IfUnknown : std::uint8_t {
    tell,  ///< A VolumeInfo with an error, and a `problem`.
    ignore ///< Nothing: another reading of the same bytes was successful.
};

/// Walks every file system, or APFS container, found at the beginning of the stretch. Two at one
/// place are both walked, each under its own name, and a `problem` says so.
/// \return whether any was found; an Error only if the writer fails.
[[nodiscard]] Result<bool> walk_volume(TskImage& image, ItemStreamWriter& writer,
                                       const VolumePlace& place, IfUnknown if_unknown);

/// A `problem` item.
[[nodiscard]] Result<void> tell_problem(ItemStreamWriter& writer, const std::string& path,
                                        const Error& error);

} // namespace rempart::examine
