// SPDX-License-Identifier: Apache-2.0
#include "examine/evidence_reader/item_head.hpp"

#include "rempart/core/text.hpp"

namespace rempart::examine {
namespace {

constexpr std::string_view kLabelMark = " (Volume Label Entry)"; // added by libtsk

TimeValue time_of(std::int64_t seconds, std::uint32_t nanoseconds, TimeKind kind) {
    constexpr std::int64_t kYear1 = -62'135'596'800;
    constexpr std::int64_t kYear9999 = 253'402'300'799;
    if ((seconds == 0 && nanoseconds == 0) || seconds < kYear1 || seconds > kYear9999) {
        return {};
    }
    const std::int64_t micros = nanoseconds < 1'000'000'000 ? nanoseconds / 1000 : 0;
    return {kind, seconds * 1'000'000 + micros};
}

EntryKind kind_of(TSK_FS_META_TYPE_ENUM type) {
    switch (type) {
    case TSK_FS_META_TYPE_UNDEF:
    case TSK_FS_META_TYPE_REG: return EntryKind::file;
    case TSK_FS_META_TYPE_DIR: return EntryKind::directory;
    case TSK_FS_META_TYPE_LNK: return EntryKind::symlink;
    case TSK_FS_META_TYPE_VIRT:
    case TSK_FS_META_TYPE_VIRT_DIR: return EntryKind::none;
    default: return EntryKind::special;
    }
}

EntryKind kind_of(TSK_FS_NAME_TYPE_ENUM type) {
    switch (type) {
    case TSK_FS_NAME_TYPE_UNDEF:
    case TSK_FS_NAME_TYPE_REG: return EntryKind::file;
    case TSK_FS_NAME_TYPE_DIR: return EntryKind::directory;
    case TSK_FS_NAME_TYPE_LNK: return EntryKind::symlink;
    case TSK_FS_NAME_TYPE_VIRT:
    case TSK_FS_NAME_TYPE_VIRT_DIR: return EntryKind::none;
    default: return EntryKind::special;
    }
}

} // namespace

bool is_volume_label(std::string_view name) {
    return name.ends_with(kLabelMark);
}

std::string path_part(std::string_view name) {
    if (is_volume_label(name)) {
        name.remove_suffix(kLabelMark.size());
    }
    std::string part = to_utf8(name);
    for (std::size_t at = part.find('/'); at != std::string::npos; at = part.find('/', at)) {
        part.replace(at, 1, "\\x2f");
    }
    return part;
}

ItemTimes times_of(const TSK_FS_META& meta, TSK_FS_TYPE_ENUM file_system) {
    const bool is_wall_clock = TSK_FS_TYPE_ISFAT(file_system) || file_system == TSK_FS_TYPE_EXFAT ||
                               TSK_FS_TYPE_ISISO9660(file_system);
    const TimeKind kind = is_wall_clock ? TimeKind::local_unknown : TimeKind::utc;
    return {.created = time_of(meta.crtime, meta.crtime_nano, kind),
            .modified = time_of(meta.mtime, meta.mtime_nano, kind),
            .accessed = time_of(meta.atime, meta.atime_nano, kind),
            .changed = time_of(meta.ctime, meta.ctime_nano, kind)};
}

EntryKind kind_of(const TSK_FS_NAME& name, const TSK_FS_META* meta) {
    const EntryKind by_name = kind_of(name.type);
    if (meta == nullptr || by_name == EntryKind::none) {
        return by_name;
    }
    // Metadata of no known type: the name's word counts.
    return meta->type == TSK_FS_META_TYPE_UNDEF ? by_name : kind_of(meta->type);
}

StreamName stream_of(const TSK_FS_ATTR& attribute, TSK_FS_TYPE_ENUM file_system) {
    if (TSK_FS_TYPE_ISNTFS(file_system)) {
        if (attribute.type != TSK_FS_ATTR_TYPE_NTFS_DATA) {
            return {};
        }
        // libtsk calls the stream without a name "$Data".
        const std::string_view name = attribute.name == nullptr ? "" : attribute.name;
        return {true, name == "$Data" ? "" : path_part(name)};
    }
    switch (attribute.type) {
    case TSK_FS_ATTR_TYPE_DEFAULT:
    case TSK_FS_ATTR_TYPE_HFS_DATA: return {true, ""};
    case TSK_FS_ATTR_TYPE_HFS_RSRC: return {true, "rsrc"};
    default: return {};
    }
}

} // namespace rempart::examine
