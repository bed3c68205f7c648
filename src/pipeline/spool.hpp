// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The bytes of one item kept for a decoder: in memory while small, else in a file without a name
/// in the case's own folder, which vanishes with the process however it ends.

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <utility>

#include "rempart/core/bytes.hpp"
#include "rempart/core/fd.hpp"
#include "rempart/core/result.hpp"
#include "rempart/recognise/digest.hpp"

namespace rempart::pipeline {

/// What all spools together may hold in memory, and where the others lie. Thread-safe.
class SpoolSpace {
  public:
    SpoolSpace(std::filesystem::path folder, std::uint64_t max_memory_bytes)
        : folder_(std::move(folder)), max_memory_bytes_(max_memory_bytes) {}

    /// One spool in memory at most; a larger one moves to disk.
    static constexpr std::uint64_t kMaxSpoolMemoryBytes = std::uint64_t{16} << 20;

  private:
    friend class Spool;
    std::filesystem::path folder_;
    std::uint64_t max_memory_bytes_;
    std::atomic<std::uint64_t> used_bytes_ = 0;
};

/// Not for use by two threads at once. The space must outlive it.
class Spool {
  public:
    explicit Spool(SpoolSpace& space) : space_(&space) {}
    Spool(const Spool&) = delete;
    Spool& operator=(const Spool&) = delete;
    ~Spool();

    /// \return `io` (disk full and the rest); then the spool is of no use.
    [[nodiscard]] Result<void> append(ByteView bytes);
    /// An empty spool too has a descriptor. Valid as long as the spool is.
    [[nodiscard]] Result<int> descriptor();
    [[nodiscard]] std::uint64_t size_bytes() const { return size_bytes_; }

  private:
    [[nodiscard]] Result<void> make_room(std::uint64_t more_bytes);
    [[nodiscard]] Result<void> move_to_disk();
    void give_back_memory();

    SpoolSpace* space_;
    UniqueFd file_;
    bool on_disk_ = false;
    std::uint64_t size_bytes_ = 0;
    std::uint64_t reserved_bytes_ = 0; ///< Of the space's memory.
};

/// The digests of the first `size_bytes` of `descriptor`, read once. \return `io`; `damaged` if the
/// file is shorter.
[[nodiscard]] Result<recognise::Digests> digests_of(int descriptor, std::uint64_t size_bytes,
                                                    recognise::DigestSet set);

} // namespace rempart::pipeline
