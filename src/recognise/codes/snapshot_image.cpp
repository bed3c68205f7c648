// SPDX-License-Identifier: Apache-2.0
#include "recognise/codes/snapshot_image.hpp"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fmt/format.h>
#include <sys/mman.h>

namespace rempart::recognise {

Pages::Pages(Pages&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {
}

Pages& Pages::operator=(Pages&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(bytes_, other.bytes_);
    return *this;
}

Pages::~Pages() {
    if (data_ != nullptr) {
        ::munmap(data_, bytes_);
    }
}

Result<Pages> Pages::reserve(std::size_t bytes) {
    if (bytes == 0) {
        return Pages();
    }
    void* const data = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                              MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (data == MAP_FAILED) {
        return fail(Errc::io, fmt::format("{} bytes of memory: {}", bytes, std::strerror(errno)));
    }
    (void)::madvise(data, bytes, MADV_HUGEPAGE); // only speed depends on it
    return Pages(static_cast<std::byte*>(data), bytes);
}

Result<void> Pages::resize(std::size_t bytes) {
    if (bytes == 0 || data_ == nullptr) {
        auto other = reserve(bytes);
        if (!other) {
            return fail(std::move(other).error());
        }
        *this = std::move(*other);
        return {};
    }
    void* const data = ::mremap(data_, bytes_, bytes, MREMAP_MAYMOVE);
    if (data == MAP_FAILED) {
        return fail(Errc::io, fmt::format("{} bytes of memory: {}", bytes, std::strerror(errno)));
    }
    (void)::madvise(data, bytes, MADV_HUGEPAGE); // only speed depends on it
    data_ = static_cast<std::byte*>(data);
    bytes_ = bytes;
    return {};
}

Result<Pages> Pages::map(int fd, std::size_t bytes) {
    void* const data = ::mmap(nullptr, bytes, PROT_READ, MAP_SHARED, fd, 0);
    if (data == MAP_FAILED) {
        return fail(Errc::io, fmt::format("mapping {} bytes: {}", bytes, std::strerror(errno)));
    }
    (void)::madvise(data, bytes, MADV_HUGEPAGE); // only speed depends on it
    return Pages(static_cast<std::byte*>(data), bytes);
}

SnapshotImage::SnapshotImage(SnapshotLayout layout, Pages data)
    : pages_(std::move(data)), layout_(std::move(layout)),
      data_(pages_.view().first(layout_.data_bytes)) {
}

SnapshotImage::SnapshotImage(Pages file, SnapshotHeader header)
    : pages_(std::move(file)), layout_(std::move(header.layout)), digest_(header.digest),
      sums_digest_(header.sums_digest),
      data_(pages_.view().subspan(kHeaderBytes, layout_.data_bytes)),
      sums_(pages_.view().subspan(kHeaderBytes + layout_.data_bytes)),
      chunk_shift_(static_cast<unsigned>(std::countr_zero(layout_.shape.chunk_bytes))),
      verified_(layout_.chunks() / 64 + 1), unverified_(layout_.chunks()) {
}

Result<std::unique_ptr<SnapshotImage>> SnapshotImage::adopt(Pages file) {
    const ByteView bytes = file.view();
    auto header = decode_header(bytes.first(std::min(bytes.size(), kHeaderBytes)), bytes.size());
    if (!header) {
        return fail(std::move(header).error());
    }
    std::unique_ptr<SnapshotImage> image(new SnapshotImage(std::move(file), std::move(*header)));
    if (sha256_of(image->sums_) != image->sums_digest_) {
        return fail(Errc::integrity, "the checksums do not hold themselves");
    }
    return image;
}

ByteView SnapshotImage::section(SectionKind kind, std::uint32_t band) const {
    const Section& section = layout_.section(kind, band);
    return data_.subspan(section.offset, section.bytes);
}

bool SnapshotImage::chunk_holds(std::uint64_t chunk) const {
    const auto bytes = data_.subspan(chunk << chunk_shift_, layout_.shape.chunk_bytes);
    const auto sum = sums_.subspan(chunk * sizeof(Sha256), sizeof(Sha256));
    if (std::ranges::equal(sha256_of(bytes), sum)) {
        return true;
    }
    damaged_chunk_.store(chunk, std::memory_order_relaxed);
    return false;
}

// Two threads may verify the same chunk; only the first one counts it.
bool SnapshotImage::verify_chunk(std::uint64_t chunk) const {
    if (sums_.empty()) {
        return true;
    }
    if (!chunk_holds(chunk)) {
        return false;
    }
    const std::uint64_t bit = std::uint64_t{1} << (chunk % 64);
    if ((verified_[chunk / 64].fetch_or(bit, std::memory_order_acq_rel) & bit) == 0) {
        unverified_.fetch_sub(1, std::memory_order_acq_rel);
    }
    return true;
}

bool SnapshotImage::verify_chunks(std::uint64_t from, std::uint64_t to) const {
    for (std::uint64_t chunk = from; chunk <= to && !sums_.empty(); ++chunk) {
        if (!is_chunk_verified(chunk) && !verify_chunk(chunk)) {
            return false;
        }
    }
    return true;
}

Result<void> SnapshotImage::verify() const {
    if (!sums_.empty()) {
        const auto header = decode_header(pages_.view().first(kHeaderBytes), pages_.view().size());
        if (!header || header->digest != digest_ || sha256_of(sums_) != sums_digest_) {
            return fail(Errc::integrity, "the header or the checksums changed");
        }
    }
    for (std::uint64_t chunk = 0; chunk < layout_.chunks(); ++chunk) {
        if (!verify_chunk(chunk)) {
            return fail(damage());
        }
    }
    return {};
}

Error SnapshotImage::damage() const {
    const std::uint64_t chunk = damaged_chunk_.load(std::memory_order_relaxed);
    return {Errc::integrity,
            fmt::format("byte {}: the checksum of the next {} does not hold",
                        kHeaderBytes + (chunk << chunk_shift_), layout_.shape.chunk_bytes)};
}

} // namespace rempart::recognise
