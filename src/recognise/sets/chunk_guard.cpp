// SPDX-License-Identifier: Apache-2.0
#include "recognise/sets/chunk_guard.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <sys/mman.h>

#include <fmt/format.h>

#include "rempart/core/fd.hpp"

namespace rempart::recognise {

std::array<std::byte, kSetCheckBytes> check_value(Digester& sha256, ByteView chunk) {
    sha256.update(chunk);
    const Digests digests = sha256.finish();
    std::array<std::byte, kSetCheckBytes> value;
    std::ranges::copy(std::span(digests.sha256).first<kSetCheckBytes>(), value.begin());
    return value;
}

PrivateMemory::~PrivateMemory() {
    if (mapped_ != nullptr) {
        ::munmap(mapped_, bytes_);
    }
}

Result<void> PrivateMemory::reserve(std::uint64_t bytes) {
    constexpr std::size_t kLargePage = std::size_t{2} << 20U; // of x86-64 and of most ARM systems
    bytes_ = bytes + kLargePage;
    void* const mapped = ::mmap(nullptr, bytes_, PROT_READ | PROT_WRITE,
                                MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (mapped == MAP_FAILED) {
        return fail(Errc::io, fmt::format("no memory: {}", std::strerror(errno)));
    }
    mapped_ = mapped;
    std::size_t room = bytes_;
    void* aligned = mapped;
    data_ = static_cast<std::byte*>(std::align(kLargePage, bytes, aligned, room));
    ::madvise(data_, bytes, MADV_HUGEPAGE); // asks; small pages do as well
    return {};
}

Result<void> ChunkGuard::open(int fd, const SetPlan& plan, Bytes table,
                              std::uint64_t resident_from) {
    fd_ = fd;
    data_bytes_ = plan.data_bytes;
    table_ = std::move(table);
    known_ =
        std::make_unique<std::atomic<std::uint64_t>[]>(table_.size() / kSetCheckBytes / 64 + 1);
    const std::uint64_t first = (resident_from - kSetHeaderBytes) / kSetChunkBytes;
    resident_offset_ = kSetHeaderBytes + first * kSetChunkBytes;
    return resident_.reserve(kSetHeaderBytes + data_bytes_ - resident_offset_);
}

// Where the bytes of a chunk are compared, and stay if they are to be resident.
std::span<std::byte> ChunkGuard::room_for(std::uint64_t chunk, Bytes& scratch) const {
    const std::uint64_t begin = chunk * kSetChunkBytes;
    const std::uint64_t bytes = std::min<std::uint64_t>(kSetChunkBytes, data_bytes_ - begin);
    if (kSetHeaderBytes + begin >= resident_offset_) {
        return {resident_.data() + (kSetHeaderBytes + begin - resident_offset_), bytes};
    }
    scratch.resize(kSetChunkBytes);
    return std::span(scratch).first(bytes);
}

Result<void> ChunkGuard::compare(std::uint64_t chunk, std::span<std::byte> room) const {
    const std::uint64_t offset = kSetHeaderBytes + chunk * kSetChunkBytes;
    const auto read = read_at(fd_, offset, room);
    if (!read) {
        return fail(read.error());
    }
    Digester sha256(DigestSet::sha256_only);
    const auto value = check_value(sha256, room);
    const auto expected = std::span(table_).subspan(chunk * kSetCheckBytes, kSetCheckBytes);
    if (*read != room.size() || !std::ranges::equal(value, expected)) {
        return fail(Errc::integrity, fmt::format("the hash set is damaged in the {} bytes at {}",
                                                 room.size(), offset));
    }
    return {};
}

Result<void> ChunkGuard::check(std::uint64_t offset, std::uint64_t bytes) const {
    if (bytes == 0) {
        return {};
    }
    const std::uint64_t last = (offset - kSetHeaderBytes + bytes - 1) / kSetChunkBytes;
    Bytes scratch;
    for (auto chunk = (offset - kSetHeaderBytes) / kSetChunkBytes; chunk <= last; ++chunk) {
        const bool stays = kSetHeaderBytes + chunk * kSetChunkBytes >= resident_offset_;
        const auto alone = stays ? std::unique_lock(filling_) : std::unique_lock<std::mutex>();
        if (knows_chunk(chunk)) {
            continue;
        }
        if (auto compared = compare(chunk, room_for(chunk, scratch)); !compared) {
            return compared;
        }
        known_[chunk / 64].fetch_or(std::uint64_t{1} << (chunk % 64), std::memory_order_release);
    }
    return {};
}

Result<void> ChunkGuard::check_again() const {
    Bytes scratch(kSetChunkBytes);
    for (std::uint64_t begin = 0; begin < data_bytes_; begin += kSetChunkBytes) {
        const auto bytes = std::min<std::uint64_t>(kSetChunkBytes, data_bytes_ - begin);
        if (auto same = compare(begin / kSetChunkBytes, std::span(scratch).first(bytes)); !same) {
            return same;
        }
    }
    return {};
}

} // namespace rempart::recognise
