// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The bytes of a snapshot, and which of them were verified.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "recognise/codes/snapshot_layout.hpp"
#include "rempart/core/bytes.hpp"
#include "rempart/core/result.hpp"

namespace rempart::recognise {

/// Some pages from the system, given back at the end. Movable.
class Pages {
  public:
    Pages() = default;
    Pages(Pages&& other) noexcept;
    Pages& operator=(Pages&& other) noexcept;
    Pages(const Pages&) = delete;
    Pages& operator=(const Pages&) = delete;
    ~Pages();

    /// Zeroes, in huge pages where the system has them; taken from memory when they are touched.
    [[nodiscard]] static Result<Pages> reserve(std::size_t bytes);
    /// A file, read only. \pre bytes > 0
    [[nodiscard]] static Result<Pages> map(int fd, std::size_t bytes);

    /// More or fewer of those from reserve(); they may move. \return `io`.
    [[nodiscard]] Result<void> resize(std::size_t bytes);

    [[nodiscard]] std::span<std::byte> writable() const { return {data_, bytes_}; }
    [[nodiscard]] ByteView view() const { return {data_, bytes_}; }

  private:
    Pages(std::byte* data, std::size_t bytes) : data_(data), bytes_(bytes) {}
    std::byte* data_ = nullptr;
    std::size_t bytes_ = 0;
};

/// Const methods may run on many threads at once.
class SnapshotImage {
  public:
    /// Bytes made by this process: nothing to verify. `data` begins with the first section.
    SnapshotImage(SnapshotLayout layout, Pages data);
    /// A whole file. Checks its header, and the checksums themselves against it.
    /// \return as CodeIndex::open.
    [[nodiscard]] static Result<std::unique_ptr<SnapshotImage>> adopt(Pages file);

    [[nodiscard]] const SnapshotLayout& layout() const { return layout_; }
    [[nodiscard]] const Sha256& digest() const { return digest_; }
    [[nodiscard]] ByteView data() const { return data_; }
    [[nodiscard]] ByteView section(SectionKind kind, std::uint32_t band = 0) const;

    /// Whether all chunks were verified, so that nothing has to be asked any more.
    [[nodiscard]] bool is_verified() const {
        return unverified_.load(std::memory_order_acquire) == 0;
    }
    /// Whether the bytes from `first` to `last` can be relied on; verifies chunks that were not
    /// yet.
    [[nodiscard]] bool ensure(const void* first, const void* last) const {
        const auto from = chunk_of(first);
        const auto to = chunk_of(last);
        return (is_chunk_verified(from) || verify_chunk(from)) &&
               (from == to || is_chunk_verified(to) || verify_chunks(from + 1, to));
    }
    [[nodiscard]] bool ensure(ByteView bytes) const {
        return bytes.empty() ||
               (is_chunk_verified(chunk_of(bytes.data())) &&
                chunk_of(bytes.data()) == chunk_of(&bytes.back())) ||
               verify_chunks(chunk_of(bytes.data()), chunk_of(&bytes.back()));
    }
    /// All of it, whatever was verified before. \return `integrity`.
    [[nodiscard]] Result<void> verify() const;
    /// What ensure() found wrong.
    [[nodiscard]] Error damage() const;

  private:
    SnapshotImage(Pages file, SnapshotHeader header);
    [[nodiscard]] std::uint64_t chunk_of(const void* byte) const {
        return static_cast<std::uint64_t>(static_cast<const std::byte*>(byte) - data_.data()) >>
               chunk_shift_;
    }
    [[nodiscard]] bool is_chunk_verified(std::uint64_t chunk) const {
        return (verified_[chunk / 64].load(std::memory_order_acquire) >> (chunk % 64) & 1U) != 0;
    }
    [[nodiscard]] bool chunk_holds(std::uint64_t chunk) const;
    bool verify_chunk(std::uint64_t chunk) const;
    bool verify_chunks(std::uint64_t from, std::uint64_t to) const; ///< Both included.

    Pages pages_;
    SnapshotLayout layout_;
    Sha256 digest_{};
    Sha256 sums_digest_{};
    ByteView data_;
    ByteView sums_;
    unsigned chunk_shift_ = 0;
    // What is known of bytes that never change: no query's result depends on it.
    mutable std::vector<std::atomic<std::uint64_t>> verified_;
    mutable std::atomic<std::uint64_t> unverified_{0};
    mutable std::atomic<std::uint64_t> damaged_chunk_{0};
};

} // namespace rempart::recognise
