// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The names in one directory, in the order of their bytes, and what the kernel says of an entry.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sys/stat.h>

#include "rempart/core/fd.hpp"
#include "rempart/core/result.hpp"
#include "rempart/examine/item.hpp"

namespace rempart::examine {

/// Names only, packed: about 10 bytes a name beside the name itself, so a directory with a million
/// names of 30 bytes costs 40 MB. Neither "." nor "..".
class FolderListing {
  public:
    /// Reads the directory behind `directory` from its beginning and leaves the descriptor open.
    [[nodiscard]] static FolderListing read(int directory);

    /// `io` if the listing could not be read to its end: the names before the fault are there.
    [[nodiscard]] const std::optional<Error>& fault() const { return fault_; }

    [[nodiscard]] std::size_t size() const { return starts_.size(); }
    /// NUL-terminated; valid as long as the listing.
    [[nodiscard]] const char* name(std::size_t at) const { return &packed_[starts_[at] + 1]; }
    /// A DT_ value of <dirent.h>; DT_UNKNOWN where the file system does not say.
    [[nodiscard]] unsigned char type(std::size_t at) const {
        return static_cast<unsigned char>(packed_[starts_[at]]);
    }

  private:
    std::string packed_; ///< For each name its type, its bytes, NUL.
    std::vector<std::size_t> starts_;
    std::optional<Error> fault_;
};

/// What statx tells: type, size, times, identity, and whether something is mounted there.
struct EntryStatus {
    std::uint32_t mode = 0;
    std::uint64_t device = 0, inode = 0, size_bytes = 0;
    std::optional<bool> is_mount_root; ///< None where the kernel does not tell (before 5.8).
    ItemTimes times;
};

/// Of the entry `name` in `directory`, never following a link there; of `directory` itself if name
/// is "". \return `not_found`, `io`.
[[nodiscard]] Result<EntryStatus> status_of(int directory, const char* name);

/// Opens an entry for reading with the flags of core's open_read_only, relative to `directory`,
/// never following a link. \param more_flags O_DIRECTORY or 0. \return `not_found`, `io`.
[[nodiscard]] Result<UniqueFd> open_entry(int directory, const char* name, int more_flags);

} // namespace rempart::examine
