// SPDX-License-Identifier: Apache-2.0
#include "examine/evidence_reader/file_system_walk.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "examine/evidence_reader/recovery.hpp"

namespace rempart::examine {
namespace {

constexpr auto kEveryEntry = static_cast<TSK_FS_DIR_WALK_FLAG_ENUM>(TSK_FS_DIR_WALK_FLAG_ALLOC |
                                                                    TSK_FS_DIR_WALK_FLAG_UNALLOC);

bool is_unallocated(const TSK_FS_NAME& name) {
    return (name.flags & TSK_FS_NAME_FLAG_UNALLOC) != 0;
}
bool is_unallocated(const TSK_FS_META& meta) {
    return (meta.flags & TSK_FS_META_FLAG_UNALLOC) != 0;
}

bool has_orphan_directory(const TSK_FS_INFO& file_system) {
    return !TSK_FS_TYPE_ISHFS(file_system.ftype) && !TSK_FS_TYPE_ISAPFS(file_system.ftype) &&
           !TSK_FS_TYPE_ISISO9660(file_system.ftype);
}

std::string without_slash(const std::string& path) {
    return path.ends_with('/') ? path.substr(0, path.size() - 1) : path;
}

std::string_view text_of(const TSK_FS_NAME& name) {
    return name.name == nullptr ? "" : name.name;
}

} // namespace

FileSystemWalk::FileSystemWalk(const ContentPlace& place, TSK_FS_INFO& file_system,
                               std::string prefix, ItemStreamWriter& writer)
    : place_(place), file_system_(file_system), prefix_(std::move(prefix)), writer_(writer),
      cluster_bytes_(fat_cluster_bytes(file_system)) {
}

Result<void> FileSystemWalk::run() {
    if (Result<void> walked = walk_from({.address = file_system_.root_inum, .path = prefix_});
        !walked) {
        return walked;
    }
    if (has_orphan_directory(file_system_)) {
        in_orphans_ = true;
        if (Result<void> walked = walk_from({.address = TSK_FS_ORPHANDIR_INUM((&file_system_)),
                                             .path = prefix_ + "$OrphanFiles/"});
            !walked) {
            return walked;
        }
    }
    if (orphans_ > kMaxOrphans) {
        return problem(prefix_ + "$OrphanFiles",
                       {Errc::limit_exceeded, fmt::format("{} more deleted entries without a "
                                                          "directory are not listed",
                                                          orphans_ - kMaxOrphans)});
    }
    return {};
}

Result<void> FileSystemWalk::walk_from(Directory root) {
    std::vector<Directory> waiting;
    entered_.insert(root.address);
    waiting.push_back(std::move(root));
    while (!waiting.empty()) {
        const Directory directory = std::move(waiting.back());
        waiting.pop_back();
        if (Result<void> walked = walk_directory(directory); !walked) {
            return walked;
        }
        std::ranges::reverse(found_); // the first is walked next
        std::ranges::move(found_, std::back_inserter(waiting));
        found_.clear();
    }
    return {};
}

Result<void> FileSystemWalk::walk_directory(const Directory& directory) {
    const std::string name =
        directory.path.substr(0, directory.path.size() - (directory.path.ends_with('/') ? 1 : 0));
    if (const std::optional<Error> deadly = writer_.step()) {
        return problem(name, *deadly);
    }
    current_ = &directory;
    leave_directory_ = false;
    tsk_error_reset();
    const std::uint8_t failed =
        tsk_fs_dir_walk(&file_system_, directory.address, kEveryEntry, on_entry, this);
    current_ = nullptr;
    if (!sink_state_) {
        return sink_state_;
    }
    return failed == 0 ? Result<void>{}
                       : problem(name, take_tsk_error("the directory cannot be read"));
}

TSK_WALK_RET_ENUM FileSystemWalk::on_entry(TSK_FS_FILE* file, const char* /*path*/, void* self) {
    auto& walk = *static_cast<FileSystemWalk*>(self);
    walk.sink_state_ = walk.take_entry_carefully(*file);
    return walk.sink_state_ && !walk.leave_directory_ ? TSK_WALK_CONT : TSK_WALK_STOP;
}

// libtsk follows an entry's block map before the first byte is asked for, and loads the next entry
// behind our back: both are steps of their own, so that a death costs the one entry, or the rest of
// the directory.
Result<void> FileSystemWalk::take_entry_carefully(TSK_FS_FILE& file) {
    const std::optional<Error> deadly = writer_.step();
    Result<void> taken = deadly ? problem(current_->path + path_part(text_of(*file.name)), *deadly)
                                : take_entry(file);
    const std::optional<Error> deadly_next = taken ? writer_.step() : std::nullopt;
    if (!deadly_next) {
        return taken;
    }
    leave_directory_ = true;
    return problem(without_slash(current_->path),
                   {deadly_next->code, "the rest of the directory: " + deadly_next->message});
}

Result<void> FileSystemWalk::take_entry(TSK_FS_FILE& file) {
    const TSK_FS_NAME& name = *file.name;
    const TSK_FS_META* meta = file.meta;
    const EntryKind kind = kind_of(name, meta);
    if (kind == EntryKind::none || TSK_FS_ISDOT(text_of(name).data())) {
        return {};
    }
    // A volume label is no file; but data was seen to hide under such an entry.
    if (cluster_bytes_ > 0 && is_volume_label(text_of(name)) &&
        (meta == nullptr || meta->size == 0)) {
        return {};
    }
    if (in_orphans_ && ++orphans_ > kMaxOrphans) {
        return {};
    }
    ItemHead head;
    head.path = current_->path + path_part(text_of(name));
    const bool name_is_deleted = is_unallocated(name);
    const bool meta_is_deleted = meta != nullptr && is_unallocated(*meta);
    head.state = name_is_deleted || meta_is_deleted ? ItemState::deleted : ItemState::allocated;
    // A deleted name whose metadata is live: the entry belongs to another file by now.
    const bool is_bare_name = meta == nullptr || (name_is_deleted && !meta_is_deleted);
    if (is_bare_name) {
        return kind == EntryKind::directory && name_is_deleted
                   ? Result<void>{}
                   : tell_name_only(file, std::move(head));
    }
    head.times = times_of(*meta, file_system_.ftype);
    head.size_bytes = static_cast<std::uint64_t>(std::max<TSK_OFF_T>(meta->size, 0));
    if (kind == EntryKind::directory) {
        if (Result<void> later = enter_later(file, head.path); !later) {
            return later;
        }
        return tell_streams(file, std::move(head), false);
    }
    if (kind == EntryKind::file && has_unfollowable_size(*meta)) {
        head.recovery = head.state == ItemState::deleted ? Recovery::partial : Recovery::none;
        head.error = Error{Errc::skipped,
                           fmt::format("{} bytes stated on a medium of {}: its map is not followed",
                                       head.size_bytes, place_.medium.size_bytes())};
        return tell_without_content(head);
    }
    if (kind == EntryKind::file) {
        return tell_streams(file, std::move(head), true);
    }
    head.kind = kind == EntryKind::symlink ? ItemKind::symlink : ItemKind::special;
    return writer_.tell(head);
}

Result<void> FileSystemWalk::enter_later(const TSK_FS_FILE& file, const std::string& path) {
    const TSK_INUM_T address = file.meta->addr;
    if (!entered_.insert(address).second) {
        // A live one at two places is damage or an attack; a deleted name of one that was walked
        // tells nothing new.
        return is_unallocated(*file.name)
                   ? Result<void>{}
                   : problem(path, {Errc::malformed, "the directory was met before: not entered "
                                                     "again"});
    }
    if (current_->depth >= kMaxDepth) {
        return problem(
            path, {Errc::limit_exceeded, fmt::format("directories more than {} deep", kMaxDepth)});
    }
    found_.push_back({.address = address, .path = path + "/", .depth = current_->depth + 1});
    return {};
}

Result<void> FileSystemWalk::tell_name_only(const TSK_FS_FILE& file, ItemHead head) {
    if (head.state == ItemState::allocated) {
        return problem(head.path, {Errc::damaged, "its metadata entry cannot be read"});
    }
    const bool is_reused = file.meta != nullptr;
    head.recovery = is_reused ? Recovery::overwritten : Recovery::partial;
    head.error = Error{Errc::not_found, is_reused ? "only its name is left: its metadata entry "
                                                    "belongs to another file"
                                                  : "only its name is left"};
    return tell_without_content(head);
}

Result<void> FileSystemWalk::tell_without_content(const ItemHead& head) {
    const Result<bool> begun = writer_.begin(head);
    if (!begun) {
        return fail(begun.error());
    }
    return *begun ? writer_.end({.error = head.error, .unread = {}}) : Result<void>{};
}

// libtsk makes the whole block map of a file before it tells anything of it; with a size out of a
// damaged inode that takes minutes. NTFS is left out: there the map costs what is stored.
bool FileSystemWalk::has_unfollowable_size(const TSK_FS_META& meta) const {
    return !TSK_FS_TYPE_ISNTFS(file_system_.ftype) && meta.size > 0 &&
           is_beyond_reason(static_cast<std::uint64_t>(meta.size), place_.medium.size_bytes());
}

Result<void> FileSystemWalk::tell_streams(TSK_FS_FILE& file, ItemHead head, bool main_too) {
    const int count = tsk_fs_file_attr_getsize(&file);
    tsk_error_reset();
    bool has_main = false;
    for (int i = 0; i < count; ++i) {
        const TSK_FS_ATTR* attribute = tsk_fs_file_attr_get_idx(&file, i);
        if (attribute == nullptr) {
            continue;
        }
        StreamName stream = stream_of(*attribute, file_system_.ftype);
        const bool is_main = stream.name.empty();
        // $BadClus:$Bad states the size of the volume and holds nothing.
        const bool is_bad_clusters =
            TSK_FS_TYPE_ISNTFS(file_system_.ftype) && file.meta->addr == 8 && stream.name == "$Bad";
        if (!stream.is_content || (is_main && !main_too) || is_bad_clusters) {
            continue;
        }
        has_main = has_main || is_main;
        ItemHead stream_head = head;
        stream_head.stream = std::move(stream.name);
        if (Result<void> told = tell_stream(*attribute, std::move(stream_head)); !told) {
            return told;
        }
    }
    if (has_main || !main_too) {
        return {};
    }
    // No content attribute: an empty file, or a map that libtsk cannot make.
    if (head.size_bytes == 0 && head.state == ItemState::allocated) {
        return writer_.tell(head);
    }
    head.recovery = head.state == ItemState::deleted ? Recovery::partial : Recovery::none;
    head.error = Error{Errc::malformed, "its block map cannot be read"};
    return tell_without_content(head);
}

Result<void> FileSystemWalk::tell_stream(const TSK_FS_ATTR& attribute, ItemHead head) {
    head.size_bytes = static_cast<std::uint64_t>(std::max<TSK_OFF_T>(attribute.size, 0));
    if (head.state == ItemState::deleted) {
        head.recovery = recovery_of(file_system_, attribute, cluster_bytes_);
        // libtsk maps one wrong cluster when the chain of a deleted FAT file cannot be guessed.
        const bool has_no_guess = cluster_bytes_ > 0 && (head.recovery == Recovery::overwritten ||
                                                         head.recovery == Recovery::partial);
        if (has_no_guess && head.size_bytes > 0) {
            head.error = Error{Errc::not_found, head.recovery == Recovery::overwritten
                                                    ? "its first cluster belongs to another file"
                                                    : "too few free clusters follow its first"};
        }
    }
    if (!head.error) {
        head.error = reason_to_skip(place_, attribute);
    }
    const Result<bool> begun = writer_.begin(head);
    if (!begun || !*begun) {
        return begun ? Result<void>{} : fail(begun.error());
    }
    if (head.error) {
        return writer_.end({.error = head.error, .unread = {}});
    }
    const Result<ItemEnd> end = read_content(place_, attribute, writer_);
    return end ? writer_.end(*end) : fail(end.error());
}

Result<void> FileSystemWalk::problem(const std::string& path, const Error& error) {
    ItemHead head;
    head.path = path;
    head.kind = ItemKind::problem;
    head.error = error;
    return writer_.tell(head);
}

} // namespace rempart::examine
