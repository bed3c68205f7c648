// SPDX-License-Identifier: Apache-2.0
#include "examine/evidence_reader/recovery.hpp"

#include <algorithm>
#include <array>

namespace rempart::examine {
namespace {

bool any_allocated(const TSK_FS_INFO& file_system, TSK_DADDR_T first, std::uint64_t count) {
    // libtsk's interface is not const; the question changes nothing but its caches.
    auto* asked = const_cast<TSK_FS_INFO*>(&file_system);
    for (std::uint64_t i = 0; i < count; ++i) {
        const TSK_FS_BLOCK_FLAG_ENUM flags = file_system.block_getflags(asked, first + i);
        if ((flags & TSK_FS_BLOCK_FLAG_ALLOC) != 0) {
            return true;
        }
    }
    return false;
}

} // namespace

bool is_hole(const TSK_FS_INFO& file_system, const TSK_FS_ATTR_RUN& run) {
    return (run.flags & TSK_FS_ATTR_RUN_FLAG_SPARSE) != 0 ||
           ((run.flags & TSK_FS_ATTR_RUN_FLAG_FILLER) != 0 && TSK_FS_TYPE_ISEXT(file_system.ftype));
}

bool is_gap(const TSK_FS_INFO& file_system, const TSK_FS_ATTR_RUN& run) {
    return (run.flags & TSK_FS_ATTR_RUN_FLAG_FILLER) != 0 && !is_hole(file_system, run);
}

BlockMap follow_blocks(const TSK_FS_INFO& file_system, const TSK_FS_ATTR& attribute,
                       AskAllocation ask) {
    BlockMap map;
    std::uint64_t budget = file_system.block_count; // no file holds more than all blocks
    const std::uint64_t block_bytes = file_system.block_size;
    for (const TSK_FS_ATTR_RUN* run = attribute.nrd.run; run != nullptr; run = run->next) {
        const std::uint64_t bytes = run->len * block_bytes;
        map.mapped_bytes = std::max(map.mapped_bytes, (run->offset + run->len) * block_bytes);
        if (is_hole(file_system, *run)) {
            map.sparse_bytes += bytes;
            continue;
        }
        if ((run->flags & TSK_FS_ATTR_RUN_FLAG_FILLER) != 0 || run->addr > file_system.last_block ||
            run->len > file_system.last_block - run->addr + 1) {
            map.has_gap = true;
            continue;
        }
        const std::uint64_t count = std::min<std::uint64_t>(run->len, budget);
        budget -= count;
        map.has_gap = map.has_gap || count < run->len;
        if (ask == AskAllocation::yes && !map.is_reused) {
            map.is_reused = any_allocated(file_system, run->addr, count);
        }
    }
    return map;
}

Recovery recovery_of(const TSK_FS_INFO& file_system, const TSK_FS_ATTR& attribute,
                     std::uint64_t cluster_bytes) {
    if ((attribute.flags & TSK_FS_ATTR_NONRES) == 0) {
        return Recovery::intact; // the bytes lie in the metadata entry, which is whole
    }
    if (attribute.size == 0 && TSK_FS_TYPE_ISEXT(file_system.ftype)) {
        return Recovery::partial; // ext3 and ext4 wipe size and map: it may have been any size
    }
    const BlockMap map = follow_blocks(file_system, attribute, AskAllocation::yes);
    const auto size_bytes = static_cast<std::uint64_t>(std::max<TSK_OFF_T>(attribute.size, 0));
    if (map.is_reused) {
        return Recovery::overwritten;
    }
    if (map.has_gap || map.mapped_bytes < size_bytes) {
        return Recovery::partial;
    }
    const bool chain_is_lost = cluster_bytes > 0 && size_bytes > cluster_bytes;
    return chain_is_lost ? Recovery::contiguity_assumed : Recovery::intact;
}

std::uint64_t fat_cluster_bytes(TSK_FS_INFO& file_system) {
    const bool is_exfat = file_system.ftype == TSK_FS_TYPE_EXFAT;
    if (!is_exfat && !TSK_FS_TYPE_ISFAT(file_system.ftype)) {
        return 0;
    }
    std::array<char, 512> boot{};
    if (tsk_fs_read(&file_system, 0, boot.data(), boot.size()) !=
        static_cast<ssize_t>(boot.size())) {
        return file_system.block_size; // the strictest: more than a sector is a guess
    }
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(boot[at]); };
    if (is_exfat) { // BytesPerSectorShift and SectorsPerClusterShift, exFAT specification 3.1
        constexpr unsigned kLargestShift = 25;
        const unsigned shift = unsigned{byte(108)} + byte(109);
        return shift <= kLargestShift ? std::uint64_t{1} << shift : file_system.block_size;
    }
    // BPB_BytsPerSec and BPB_SecPerClus, Microsoft FAT specification
    return (byte(11) | std::uint64_t{byte(12)} << 8) * byte(13);
}

} // namespace rempart::examine
