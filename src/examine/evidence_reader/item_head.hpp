// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// From libtsk's names and metadata to the fields of an item.

#include <string>
#include <string_view>

#include "examine/evidence_reader/tsk.hpp"
#include "rempart/examine/item.hpp"

namespace rempart::examine {

/// A part of a path: valid UTF-8, a '/' inside as "\x2f", and without what libtsk adds to names of
/// FAT volume labels.
[[nodiscard]] std::string path_part(std::string_view name);
/// Whether libtsk says of a FAT entry that it names the volume.
[[nodiscard]] bool is_volume_label(std::string_view name);

/// FAT, exFAT and ISO 9660 keep wall-clock time: local_unknown. All others: utc. 0 is none.
[[nodiscard]] ItemTimes times_of(const TSK_FS_META& meta, TSK_FS_TYPE_ENUM file_system);

/// By the metadata, or by the name if there is none. Nothing for directories, for names of no kind
/// and for files that libtsk makes up ($MBR, $FAT1, $OrphanFiles).
enum class EntryKind : std::uint8_t { none, directory, file, symlink, special };
[[nodiscard]] EntryKind kind_of(const TSK_FS_NAME& name, const TSK_FS_META* meta);

/// The stream's name if the attribute holds content ("" for the main one): every $DATA of NTFS, the
/// data and resource forks of HFS+ and APFS, the one content of the others.
struct StreamName {
    bool is_content = false;
    std::string name;
};
[[nodiscard]] StreamName stream_of(const TSK_FS_ATTR& attribute, TSK_FS_TYPE_ENUM file_system);

} // namespace rempart::examine
