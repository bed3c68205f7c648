// SPDX-License-Identifier: Apache-2.0
#include "examine/folder_listing.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>

#include <dirent.h>
#include <fcntl.h>
#include <linux/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <fmt/format.h>

#include "examine/instant.hpp"

namespace rempart::examine {
namespace {

Error system_error(std::string_view what, int number) {
    const Errc code = number == ENOENT || number == ENOTDIR ? Errc::not_found : Errc::io;
    return {code, fmt::format("{}: {}", what, std::strerror(number))};
}

TimeValue time_of(const statx_timestamp& stamp) {
    return instant(TimeKind::utc, stamp.tv_sec, stamp.tv_nsec);
}

struct CloseDir {
    void operator()(DIR* dir) const { ::closedir(dir); }
};

} // namespace

FolderListing FolderListing::read(int directory) {
    FolderListing listing;
    // A duplicate, because closedir closes; not ".", which needs the right to search.
    const int own = ::fcntl(directory, F_DUPFD_CLOEXEC, 0);
    const std::unique_ptr<DIR, CloseDir> stream(own < 0 ? nullptr : ::fdopendir(own));
    if (!stream) {
        listing.fault_ = system_error("directory cannot be read", errno);
        UniqueFd(own).reset();
        return listing;
    }
    ::rewinddir(stream.get());
    errno = 0;
    while (const dirent* entry = ::readdir(stream.get())) {
        const std::string_view name = entry->d_name;
        if (name != "." && name != "..") {
            listing.starts_.push_back(listing.packed_.size());
            listing.packed_ += static_cast<char>(entry->d_type);
            listing.packed_ += name;
            listing.packed_ += '\0';
        }
        errno = 0;
    }
    if (const int number = errno; number != 0) {
        listing.fault_ = system_error(
            fmt::format("directory cannot be read after {} names", listing.size()), number);
    }
    std::sort(listing.starts_.begin(), listing.starts_.end(),
              [&listing](std::size_t a, std::size_t b) {
                  return std::strcmp(&listing.packed_[a + 1], &listing.packed_[b + 1]) < 0;
              });
    return listing;
}

Result<EntryStatus> status_of(int directory, const char* name) {
    struct statx found{};
    const int flags = AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | (*name == '\0' ? AT_EMPTY_PATH : 0);
    if (::statx(directory, name, flags, STATX_BASIC_STATS | STATX_BTIME, &found) != 0) {
        return fail(system_error("cannot be looked at", errno));
    }
    EntryStatus status;
    status.mode = found.stx_mode;
    status.device = ::makedev(found.stx_dev_major, found.stx_dev_minor);
    status.inode = found.stx_ino;
    status.size_bytes = found.stx_size;
    if ((found.stx_attributes_mask & STATX_ATTR_MOUNT_ROOT) != 0) {
        status.is_mount_root = (found.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
    }
    if ((found.stx_mask & STATX_BTIME) != 0) {
        status.times.created = time_of(found.stx_btime);
    }
    status.times.modified = time_of(found.stx_mtime);
    status.times.accessed = time_of(found.stx_atime);
    status.times.changed = time_of(found.stx_ctime);
    return status;
}

Result<UniqueFd> open_entry(int directory, const char* name, int more_flags) {
    const int flags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | more_flags;
    int fd = ::openat(directory, name, flags | O_NOATIME);
    if (fd < 0 && errno == EPERM) { // O_NOATIME is for the owner of the file only
        fd = ::openat(directory, name, flags);
    }
    if (fd < 0) {
        return fail(system_error("cannot be opened", errno));
    }
    return UniqueFd(fd);
}

} // namespace rempart::examine
