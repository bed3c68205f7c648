// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <utility>

// libewf's header declares libewf_handle_open_file_io_pool only under this name. Debian's library
// carries its own copy of libbfio and exports it; it is linked in front of the system's, so that
// both sides of that call are of one version.
#define HAVE_LIBBFIO 1
#include <libbfio.h>
#include <libewf.h>

#include "examine/evidence_reader/medium.hpp"

namespace rempart::examine {
namespace {

/// What libbfio calls an io handle: here a descriptor and a position, for reading only.
struct SegmentIo {
    UniqueFd descriptor;
    std::int64_t position = 0;
    std::uint64_t size_bytes = 0;
};

SegmentIo& segment_of(std::intptr_t* handle) {
    return *reinterpret_cast<SegmentIo*>(handle);
}

int free_segment(std::intptr_t** handle, libbfio_error_t** /*error*/) {
    if (handle != nullptr && *handle != nullptr) {
        const std::unique_ptr<SegmentIo> owned(&segment_of(*handle));
        *handle = nullptr;
    }
    return 1;
}
int clone_segment(std::intptr_t** /*copy*/, std::intptr_t* /*handle*/,
                  libbfio_error_t** /*error*/) {
    return -1; // nothing here clones a pool
}
int open_segment(std::intptr_t* handle, int access_flags, libbfio_error_t** /*error*/) {
    segment_of(handle).position = 0;
    return (access_flags & LIBBFIO_OPEN_WRITE) == 0 ? 1 : -1;
}
int close_segment(std::intptr_t* /*handle*/, libbfio_error_t** /*error*/) {
    return 0;
}
ssize_t read_segment(std::intptr_t* handle, std::uint8_t* buffer, std::size_t size,
                     libbfio_error_t** /*error*/) {
    SegmentIo& segment = segment_of(handle);
    const Result<std::size_t> got =
        read_at(segment.descriptor.get(), static_cast<std::uint64_t>(segment.position),
                std::as_writable_bytes(std::span(buffer, size)));
    if (!got) {
        return -1;
    }
    segment.position += static_cast<std::int64_t>(*got);
    return static_cast<ssize_t>(*got);
}
ssize_t write_segment(std::intptr_t* /*handle*/, const std::uint8_t* /*buffer*/,
                      std::size_t /*size*/, libbfio_error_t** /*error*/) {
    return -1; // evidence is never written
}
off64_t seek_segment(std::intptr_t* handle, off64_t offset, int whence,
                     libbfio_error_t** /*error*/) {
    SegmentIo& segment = segment_of(handle);
    std::int64_t base = 0;
    if (whence == SEEK_CUR) {
        base = segment.position;
    } else if (whence == SEEK_END) {
        base = static_cast<std::int64_t>(segment.size_bytes);
    }
    std::int64_t target = 0;
    if (__builtin_add_overflow(base, offset, &target) || target < 0) {
        return -1;
    }
    segment.position = target;
    return target;
}
int segment_exists(std::intptr_t* /*handle*/, libbfio_error_t** /*error*/) {
    return 1;
}
int segment_is_open(std::intptr_t* /*handle*/, libbfio_error_t** /*error*/) {
    return 1;
}
int size_of_segment(std::intptr_t* handle, size64_t* size, libbfio_error_t** /*error*/) {
    *size = segment_of(handle).size_bytes;
    return 1;
}

struct EwfRelease {
    void operator()(libewf_handle_t* handle) const {
        libewf_handle_close(handle, nullptr);
        libewf_handle_free(&handle, nullptr);
    }
};
struct PoolRelease {
    void operator()(libbfio_pool_t* pool) const { libbfio_pool_free(&pool, nullptr); }
};
using EwfHandle = std::unique_ptr<libewf_handle_t, EwfRelease>;
using IoPool = std::unique_ptr<libbfio_pool_t, PoolRelease>;

class EwfMedium final : public Medium {
  public:
    EwfMedium(IoPool pool, EwfHandle handle) : pool_(std::move(pool)), handle_(std::move(handle)) {
        libewf_handle_get_media_size(handle_.get(), &size_bytes_, nullptr);
        libewf_handle_get_bytes_per_sector(handle_.get(), &sector_bytes_, nullptr);
    }
    [[nodiscard]] std::uint64_t size_bytes() const override { return size_bytes_; }
    [[nodiscard]] std::uint32_t sector_bytes() const override { return sector_bytes_; }
    [[nodiscard]] std::size_t read(std::uint64_t offset_bytes, std::span<std::byte> out) override;
    [[nodiscard]] std::optional<Error> container_fault() const override {
        return libewf_handle_segment_files_corrupted(handle_.get(), nullptr) == 0
                   ? std::nullopt
                   : std::optional(Error{Errc::truncated,
                                         "the E01 image is cut off or damaged in its structure"});
    }
    [[nodiscard]] std::string stored_md5() const override { return stored("MD5", 32); }
    [[nodiscard]] std::string stored_sha1() const override { return stored("SHA1", 40); }

  private:
    [[nodiscard]] std::string stored(std::string_view name, std::size_t digits) const;
    void note_checksum_errors();
    void zero_damage(std::uint64_t offset_bytes, std::span<std::byte> out) const;

    IoPool pool_; ///< Outlives the handle that reads through it.
    EwfHandle handle_;
    std::uint64_t size_bytes_ = 0;
    std::uint32_t sector_bytes_ = 512;
    std::uint32_t known_errors_ = 0;
};

std::size_t EwfMedium::read(std::uint64_t offset_bytes, std::span<std::byte> out) {
    if (offset_bytes >= size_bytes_) {
        return 0;
    }
    out = out.first(
        static_cast<std::size_t>(std::min<std::uint64_t>(out.size(), size_bytes_ - offset_bytes)));
    constexpr std::size_t kRetryBytes = 4096;
    const auto read_piece = [&](std::size_t from, std::size_t size) {
        const ssize_t got =
            libewf_handle_read_random(handle_.get(), out.data() + from, size,
                                      static_cast<off64_t>(offset_bytes + from), nullptr);
        return got > 0 ? std::min(static_cast<std::size_t>(got), size) : 0;
    };
    for (std::size_t done = read_piece(0, out.size()); done < out.size();) {
        const std::size_t size = std::min(kRetryBytes, out.size() - done);
        const std::size_t got = read_piece(done, size);
        std::ranges::fill(out.subspan(done + got, size - got), std::byte{0});
        damage_.add({offset_bytes + done + got, size - got});
        done += size;
    }
    note_checksum_errors();
    if (!damage_.empty()) {
        zero_damage(offset_bytes, out);
    }
    return out.size();
}

// libewf gives a chunk that fails its checksum as zeros, without an error, and notes its sectors.
void EwfMedium::note_checksum_errors() {
    std::uint32_t errors = 0;
    if (libewf_handle_get_number_of_checksum_errors(handle_.get(), &errors, nullptr) != 1) {
        return;
    }
    // It may join a new error to the last one that it had: that one is looked at again.
    for (std::uint32_t i = known_errors_ > 0 ? known_errors_ - 1 : 0; i < errors; ++i) {
        std::uint64_t sector = 0;
        std::uint64_t count = 0;
        if (libewf_handle_get_checksum_error(handle_.get(), i, &sector, &count, nullptr) == 1 &&
            sector < size_bytes_ / sector_bytes_) {
            const std::uint64_t from = sector * sector_bytes_;
            count = std::min(count, size_bytes_ / sector_bytes_ - sector + 1);
            damage_.add({from, std::min(count * sector_bytes_, size_bytes_ - from)});
        }
    }
    known_errors_ = errors;
}

// So that the same bytes come whatever a build of libewf does with them.
void EwfMedium::zero_damage(std::uint64_t offset_bytes, std::span<std::byte> out) const {
    for (const UnreadRange& range : damage_.inside({offset_bytes, out.size()})) {
        std::ranges::fill(out.subspan(static_cast<std::size_t>(range.offset_bytes - offset_bytes),
                                      static_cast<std::size_t>(range.size_bytes)),
                          std::byte{0});
    }
}

std::string EwfMedium::stored(std::string_view name, std::size_t digits) const {
    std::array<std::uint8_t, 64> value{};
    if (libewf_handle_get_utf8_hash_value(handle_.get(),
                                          reinterpret_cast<const std::uint8_t*>(name.data()),
                                          name.size(), value.data(), value.size(), nullptr) != 1) {
        return {};
    }
    std::string text(reinterpret_cast<const char*>(value.data()));
    std::ranges::transform(text, text.begin(),
                           [](char c) { return c >= 'A' && c <= 'F' ? char(c - 'A' + 'a') : c; });
    const bool is_hex = text.find_first_not_of("0123456789abcdef") == std::string::npos;
    return is_hex && text.size() == digits ? text : "";
}

bool append_segment(libbfio_pool_t* pool, UniqueFd descriptor, std::uint64_t size_bytes) {
    auto segment = std::make_unique<SegmentIo>(SegmentIo{std::move(descriptor), 0, size_bytes});
    libbfio_handle_t* handle = nullptr;
    if (libbfio_handle_initialize(
            &handle, reinterpret_cast<std::intptr_t*>(segment.get()), free_segment, clone_segment,
            open_segment, close_segment, read_segment, write_segment, seek_segment, segment_exists,
            segment_is_open, size_of_segment, LIBBFIO_FLAG_IO_HANDLE_MANAGED, nullptr) != 1) {
        return false;
    }
    [[maybe_unused]] const SegmentIo* owned_by_handle = segment.release();
    int entry = 0;
    if (libbfio_pool_append_handle(pool, &entry, handle, LIBBFIO_OPEN_READ, nullptr) != 1) {
        libbfio_handle_free(&handle, nullptr);
        return false;
    }
    return true;
}

} // namespace

Result<std::unique_ptr<Medium>> open_ewf_medium(std::vector<UniqueFd> segments) {
    libbfio_pool_t* raw_pool = nullptr;
    if (libbfio_pool_initialize(&raw_pool, 0, 0, nullptr) != 1) {
        return fail(Errc::io, "libewf: no pool of files");
    }
    IoPool pool(raw_pool);
    for (UniqueFd& segment : segments) {
        const Result<std::uint64_t> size_bytes = size_of(segment.get());
        if (!size_bytes) {
            return fail(size_bytes.error());
        }
        if (!append_segment(pool.get(), std::move(segment), *size_bytes)) {
            return fail(Errc::io, "libewf: a segment cannot be added");
        }
    }
    libewf_handle_t* raw_handle = nullptr;
    if (libewf_handle_initialize(&raw_handle, nullptr) != 1) {
        return fail(Errc::io, "libewf: no handle");
    }
    EwfHandle handle(raw_handle);
    if (libewf_handle_open_file_io_pool(handle.get(), pool.get(), LIBEWF_OPEN_READ, nullptr) != 1) {
        return fail(Errc::malformed, "libewf finds no valid E01 image in the segments");
    }
    auto medium = std::make_unique<EwfMedium>(std::move(pool), std::move(handle));
    if (medium->sector_bytes() < 512 || medium->sector_bytes() > 65'536) {
        return fail(Errc::malformed, "the E01 image states a sector size outside 512 to 65536");
    }
    return medium;
}

} // namespace rempart::examine
