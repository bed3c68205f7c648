// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The bytes of an archive for libarchive: read by position from a descriptor, counted.

#include <cstdint>
#include <functional>
#include <optional>

#include <archive.h>

#include "rempart/core/bytes.hpp"
#include "rempart/core/result.hpp"

namespace rempart::examine {

/// Called now and then while no member's bytes come; an error ends the walk.
using Alive = std::function<Result<void>()>;

class ArchiveInput {
  public:
    ArchiveInput(int descriptor, std::uint64_t size_bytes, const Alive& alive);
    ArchiveInput(const ArchiveInput&) = delete;
    ArchiveInput& operator=(const ArchiveInput&) = delete;

    /// Opens `reader` over these bytes, which must outlive it. \return libarchive's status.
    [[nodiscard]] int open(archive* reader);

    [[nodiscard]] std::uint64_t size_bytes() const { return size_bytes_; }
    /// How much of the archive went into the decoder, at most its size: reading the same bytes
    /// again for overlapping members earns no higher ratio.
    [[nodiscard]] std::uint64_t consumed_bytes() const;
    /// The decoder asked for bytes behind the end, and did not seek since.
    [[nodiscard]] bool at_end() const { return at_end_; }
    /// The medium could not be read, or the decoder reads in circles (`limit_exceeded`).
    [[nodiscard]] const std::optional<Error>& fault() const { return fault_; }
    /// What `alive` returned: nobody listens any more.
    [[nodiscard]] const std::optional<Error>& abandoned() const { return abandoned_; }

  private:
    static la_ssize_t read_block(archive* reader, void* self, const void** block);
    static la_int64_t seek_to(archive* reader, void* self, la_int64_t offset, int whence);
    static la_int64_t skip_over(archive* reader, void* self, la_int64_t request);
    [[nodiscard]] bool refill();

    int descriptor_;
    std::uint64_t size_bytes_;
    const Alive* alive_;
    std::uint64_t position_ = 0;
    std::uint64_t delivered_ = 0; ///< Bytes given out, each time that they were.
    bool at_end_ = false;
    std::optional<Error> fault_, abandoned_;
    Bytes block_;
    std::size_t filled_ = 0;
};

} // namespace rempart::examine
