// SPDX-License-Identifier: Apache-2.0
#include "recognise/codes/snapshot_target.hpp"

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace rempart::recognise {
namespace {

Result<void> refused(std::string_view what) {
    return fail(Errc::io, fmt::format("{}: {}", what, std::strerror(errno)));
}

Result<void> write_at(int fd, std::uint64_t offset, ByteView bytes) {
    while (!bytes.empty()) {
        const ssize_t done = ::pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset));
        if (done < 0 && errno != EINTR) {
            return refused("writing the snapshot");
        }
        const auto count = static_cast<std::size_t>(std::max<ssize_t>(done, 0));
        bytes = bytes.subspan(count);
        offset += count;
    }
    return {};
}

Result<void> sync_folder(const std::filesystem::path& folder) {
    const UniqueFd fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd || ::fsync(fd.get()) != 0) {
        return refused("syncing the folder of the snapshot");
    }
    return {};
}

} // namespace

SectionWriter::SectionWriter(SnapshotTarget& target, std::uint64_t offset,
                             std::uint32_t chunk_bytes)
    : target_(&target), offset_(offset), chunk_(chunk_bytes) {
}

Result<void> SectionWriter::append(ByteView bytes) {
    while (!bytes.empty()) {
        const std::size_t count = std::min(bytes.size(), chunk_.size() - filled_);
        std::memcpy(chunk_.data() + filled_, bytes.data(), count);
        filled_ += count;
        bytes = bytes.subspan(count);
        if (filled_ < chunk_.size()) {
            return {};
        }
        if (auto put = target_->put(offset_, chunk_); !put) {
            return put;
        }
        offset_ += chunk_.size();
        filled_ = 0;
    }
    return {};
}

Result<void> SectionWriter::finish() {
    if (filled_ == 0) {
        return {};
    }
    std::fill(chunk_.begin() + static_cast<std::ptrdiff_t>(filled_), chunk_.end(), std::byte{0});
    filled_ = 0;
    return target_->put(offset_, chunk_);
}

FileTarget::FileTarget(UniqueFd fd, std::filesystem::path beside, std::filesystem::path path,
                       std::uint32_t chunk_bytes)
    : fd_(std::move(fd)), beside_(std::move(beside)), path_(std::move(path)),
      chunk_bytes_(chunk_bytes) {
}

FileTarget::~FileTarget() {
    if (!beside_.empty()) {
        ::unlink(beside_.c_str());
    }
}

Result<std::unique_ptr<FileTarget>> FileTarget::make(const std::filesystem::path& path,
                                                     std::uint32_t chunk_bytes) {
    std::string beside = path.string() + ".part-XXXXXX";
    UniqueFd fd(::mkostemp(beside.data(), O_CLOEXEC));
    if (!fd) {
        return fail(refused("a file beside the snapshot").error());
    }
    return std::unique_ptr<FileTarget>(
        new FileTarget(std::move(fd), std::move(beside), path, chunk_bytes));
}

Result<void> FileTarget::put(std::uint64_t offset, ByteView chunk) {
    assert(offset % chunk_bytes_ == 0 && chunk.size() == chunk_bytes_);
    const std::uint64_t place = offset / chunk_bytes_;
    sums_.resize(std::max<std::size_t>(sums_.size(), place + 1));
    sums_[place] = sha256_of(chunk);
    return write_at(fd_.get(), kHeaderBytes + offset, chunk);
}

Result<ByteView> FileTarget::view(const Section& section) {
    if (section.bytes == 0) {
        return ByteView();
    }
    auto pages = Pages::map(fd_.get(), kHeaderBytes + section.offset + section.bytes);
    if (!pages) {
        return fail(std::move(pages).error());
    }
    mapped_ = std::move(*pages);
    return mapped_.view().subspan(kHeaderBytes + section.offset, section.bytes);
}

Result<void> FileTarget::resize(std::uint64_t data_bytes) {
    return ::ftruncate(fd_.get(), static_cast<off_t>(kHeaderBytes + data_bytes)) == 0
               ? Result<void>()
               : refused("making room for the snapshot");
}

Result<void> FileTarget::commit(const SnapshotLayout& layout) {
    assert(sums_.size() == layout.chunks());
    const ByteView sums = std::as_bytes(std::span(sums_));
    auto written = write_at(fd_.get(), kHeaderBytes + layout.data_bytes, sums).and_then([&] {
        return write_at(fd_.get(), 0, encode_header(layout, sha256_of(sums)));
    });
    if (!written) {
        return written;
    }
    if (::fchmod(fd_.get(), 0640) != 0 || ::fsync(fd_.get()) != 0) {
        return refused("syncing the snapshot");
    }
    if (::rename(beside_.c_str(), path_.c_str()) != 0) {
        return refused("renaming the snapshot");
    }
    beside_.clear();
    const auto folder = path_.parent_path();
    return sync_folder(folder.empty() ? "." : folder);
}

Result<void> MemoryTarget::put(std::uint64_t offset, ByteView chunk) {
    std::ranges::copy(chunk, pages_.writable().begin() + static_cast<std::ptrdiff_t>(offset));
    return {};
}

Result<ByteView> MemoryTarget::view(const Section& section) {
    return pages_.view().subspan(section.offset, section.bytes);
}

Result<void> MemoryTarget::resize(std::uint64_t data_bytes) {
    return pages_.resize(data_bytes);
}

} // namespace rempart::recognise
