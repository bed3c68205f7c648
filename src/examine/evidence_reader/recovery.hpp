// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// How far the bytes of a deleted file can be trusted, from what its file system still says.

#include <cstdint>

#include "examine/evidence_reader/tsk.hpp"
#include "rempart/examine/item.hpp"

namespace rempart::examine {

/// Zeros by intention, never stored. libtsk marks what no extent of an ext4 file covers as
/// "filler", as it does with parts of a map that it could not find elsewhere: in ext that is a
/// hole.
[[nodiscard]] bool is_hole(const TSK_FS_INFO& file_system, const TSK_FS_ATTR_RUN& run);
/// A part of the map that is not known: libtsk gives zeros for it.
[[nodiscard]] bool is_gap(const TSK_FS_INFO& file_system, const TSK_FS_ATTR_RUN& run);

/// The block map of an attribute, followed to its end.
struct BlockMap {
    std::uint64_t mapped_bytes = 0; ///< The map reaches that far, holes included.
    std::uint64_t sparse_bytes = 0; ///< Of these: holes by intention.
    bool has_gap = false;   ///< Parts are unknown, outside the file system, or more than it holds.
    bool is_reused = false; ///< Some block is allocated now. Only if asked for.
};

enum class AskAllocation : std::uint8_t { no, yes };

/// \pre attribute is non-resident. Looks at no more blocks than the file system has.
[[nodiscard]] BlockMap follow_blocks(const TSK_FS_INFO& file_system, const TSK_FS_ATTR& attribute,
                                     AskAllocation ask);

/// The label of a deleted file's attribute, see docs/formats/disk-images.md:
///   FAT and exFAT: contiguity_assumed as soon as there is more than one cluster, because deletion
///   wipes the chain; others: by their map. Blocks in use by something else: overwritten.
/// \param cluster_bytes of FAT and exFAT, 0 for others.
[[nodiscard]] Recovery recovery_of(const TSK_FS_INFO& file_system, const TSK_FS_ATTR& attribute,
                                   std::uint64_t cluster_bytes);

/// The cluster size that a FAT or exFAT boot sector states; 0 for other file systems.
[[nodiscard]] std::uint64_t fat_cluster_bytes(TSK_FS_INFO& file_system);

} // namespace rempart::examine
