// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Which chunks of a set were compared with their check values, the comparing, and the part of the
/// set that is kept in memory of its own.

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>

#include "recognise/sets/set_layout.hpp"
#include "rempart/core/bytes.hpp"
#include "rempart/core/result.hpp"

namespace rempart::recognise {

/// Memory of this process, in large pages where the system has them. Zeroes at first, and only what
/// is written takes room.
class PrivateMemory {
  public:
    PrivateMemory() = default;
    PrivateMemory(const PrivateMemory&) = delete;
    PrivateMemory& operator=(const PrivateMemory&) = delete;
    ~PrivateMemory();
    /// \return `io`. \pre called once
    [[nodiscard]] Result<void> reserve(std::uint64_t bytes);
    [[nodiscard]] std::byte* data() const { return data_; }

  private:
    void* mapped_ = nullptr;
    std::size_t bytes_ = 0;
    std::byte* data_ = nullptr;
};

/// All calls may come from several threads at once, but `open`.
class ChunkGuard {
  public:
    /// \param fd  the file; must stay open as long as the guard lives
    /// \param table  one check value a chunk, itself checked
    /// \param resident_from  what of the data, from there to the end, is kept in memory: from the
    ///                       filter on, or all
    /// \return `io`
    [[nodiscard]] Result<void> open(int fd, const SetPlan& plan, Bytes table,
                                    std::uint64_t resident_from);

    /// What lies at `offset` of the file: the bytes that were compared, so that
    /// nothing that happens to the file later reaches a look-up. Large pages make it half as fast
    /// again as a mapped file, whose pages are small.
    /// \pre the guard knows it; not before resident_from
    [[nodiscard]] const std::byte* resident(std::uint64_t offset) const {
        return resident_.data() + (offset - resident_offset_);
    }

    /// Whether `bytes` bytes at `offset` of the file were compared before. A few instructions.
    /// \pre within the data, 1 <= bytes <= kSetChunkBytes
    [[nodiscard]] bool knows(std::uint64_t offset, std::uint64_t bytes) const {
        const std::uint64_t first = (offset - kSetHeaderBytes) / kSetChunkBytes;
        const std::uint64_t last = (offset - kSetHeaderBytes + bytes - 1) / kSetChunkBytes;
        return knows_chunk(first) && (first == last || knows_chunk(last));
    }

    /// Compares those of the chunks around `bytes` bytes at `offset` that were not compared before.
    /// The bytes are read by pread, so that a medium that fails is an error here, not a signal.
    /// \pre within the data
    /// \return `integrity` with the byte where the chunk begins, `io`
    [[nodiscard]] Result<void> check(std::uint64_t offset, std::uint64_t bytes) const;

    /// Compares what the file holds now, all of it. Changes nothing of what is known.
    /// \return as check
    [[nodiscard]] Result<void> check_again() const;

  private:
    [[nodiscard]] bool knows_chunk(std::uint64_t chunk) const {
        return (known_[chunk / 64].load(std::memory_order_acquire) >> (chunk % 64) & 1U) != 0;
    }
    [[nodiscard]] std::span<std::byte> room_for(std::uint64_t chunk, Bytes& scratch) const;
    [[nodiscard]] Result<void> compare(std::uint64_t chunk, std::span<std::byte> room) const;

    int fd_ = -1;
    std::uint64_t data_bytes_ = 0;
    Bytes table_;
    std::unique_ptr<std::atomic<std::uint64_t>[]> known_;
    std::uint64_t resident_offset_ = 0; ///< In the file; where a chunk begins.
    PrivateMemory resident_;
    mutable std::mutex filling_; ///< Of resident memory.
};

/// The check value of a chunk: the first half of its SHA-256.
[[nodiscard]] std::array<std::byte, kSetCheckBytes> check_value(Digester& sha256, ByteView chunk);

} // namespace rempart::recognise
