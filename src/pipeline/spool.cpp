// SPDX-License-Identifier: Apache-2.0
#include "pipeline/spool.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fcntl.h>

#include <fmt/format.h>

namespace rempart::pipeline {
namespace {

constexpr std::uint64_t kCopyBytes = std::uint64_t{256} << 10; // stays in a core's own cache

Result<UniqueFd> open_nameless(const std::filesystem::path& folder) {
    constexpr mode_t kOwnerOnly = 0600;
    const int fd = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, kOwnerOnly);
    if (fd < 0) {
        return fail(Errc::io, fmt::format("no temporary file: {}", std::strerror(errno)));
    }
    return UniqueFd(fd);
}

} // namespace

Spool::~Spool() {
    give_back_memory();
}

void Spool::give_back_memory() {
    space_->used_bytes_ -= std::exchange(reserved_bytes_, 0);
}

Result<void> Spool::append(ByteView bytes) {
    if (const auto room = make_room(bytes.size()); !room) {
        return room;
    }
    auto written = write_all(file_.get(), bytes);
    if (written) {
        size_bytes_ += bytes.size();
    }
    return written;
}

Result<int> Spool::descriptor() {
    if (const auto room = make_room(0); !room) {
        return fail(room.error());
    }
    return file_.get();
}

Result<void> Spool::make_room(std::uint64_t more_bytes) {
    if (on_disk_) {
        return {};
    }
    reserved_bytes_ += more_bytes;
    const std::uint64_t used_bytes = space_->used_bytes_ += more_bytes;
    if (reserved_bytes_ > SpoolSpace::kMaxSpoolMemoryBytes ||
        used_bytes > space_->max_memory_bytes_) {
        return move_to_disk();
    }
    if (file_) {
        return {};
    }
    auto memory = make_memory_file("rempart-spool");
    if (!memory) {
        return fail(memory.error());
    }
    file_ = std::move(*memory);
    return {};
}

Result<void> Spool::move_to_disk() {
    auto disk = open_nameless(space_->folder_);
    if (!disk) {
        return fail(disk.error());
    }
    Bytes buffer(std::min(kCopyBytes, size_bytes_));
    for (std::uint64_t at = 0; at < size_bytes_;) {
        const auto got = read_at(file_.get(), at, buffer);
        if (!got || *got == 0) {
            return fail(got ? Error{Errc::io, "a spool is shorter than what was written to it"}
                            : got.error());
        }
        if (auto written = write_all(disk->get(), std::span(buffer).first(*got)); !written) {
            return written;
        }
        at += *got;
    }
    file_ = std::move(*disk);
    on_disk_ = true;
    give_back_memory();
    return {};
}

Result<recognise::Digests> digests_of(int descriptor, std::uint64_t size_bytes,
                                      recognise::DigestSet set) {
    recognise::Digester digester(set);
    Bytes buffer(std::min(kCopyBytes, size_bytes));
    for (std::uint64_t at = 0; at < size_bytes;) {
        const std::uint64_t want = std::min<std::uint64_t>(buffer.size(), size_bytes - at);
        const auto got = read_at(descriptor, at, std::span(buffer).first(want));
        if (!got) {
            return fail(got.error());
        }
        if (*got == 0) {
            return fail(Errc::damaged, fmt::format("ends at byte {} of {}", at, size_bytes));
        }
        digester.update(std::span(buffer).first(*got));
        at += *got;
    }
    return digester.finish();
}

} // namespace rempart::pipeline
