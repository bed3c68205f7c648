// SPDX-License-Identifier: Apache-2.0
#include "rempart/core/fd.hpp"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

namespace rempart {
namespace {

Error system_error(std::string_view what, int number) {
    const Errc code = number == ENOENT || number == ENOTDIR ? Errc::not_found : Errc::io;
    return {code, fmt::format("{}: {}", what, std::strerror(number))};
}

} // namespace

void UniqueFd::reset(int fd) noexcept {
    if (fd_ >= 0) {
        ::close(fd_);
    }
    fd_ = fd;
}

Result<UniqueFd> open_read_only(const std::filesystem::path& path) {
    constexpr int kFlags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;
    int fd = ::open(path.c_str(), kFlags | O_NOATIME);
    if (fd < 0 && errno == EPERM) { // O_NOATIME is for the owner of the file only
        fd = ::open(path.c_str(), kFlags);
    }
    if (fd < 0) {
        return fail(system_error("cannot be opened", errno));
    }
    return UniqueFd(fd);
}

Result<std::size_t> read_at(int fd, std::uint64_t offset_bytes, std::span<std::byte> out) {
    std::size_t done = 0;
    while (done < out.size()) {
        const ssize_t n = ::pread(fd, out.data() + done, out.size() - done,
                                  static_cast<off_t>(offset_bytes + done));
        if (n == 0) {
            break;
        }
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            return fail(
                system_error(fmt::format("read failed at byte {}", offset_bytes + done), errno));
        }
        done += static_cast<std::size_t>(n);
    }
    return done;
}

Result<void> write_all(int fd, ByteView bytes) {
    while (!bytes.empty()) {
        const ssize_t n = ::write(fd, bytes.data(), bytes.size());
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            return fail(system_error("write failed", errno));
        }
        bytes = bytes.subspan(static_cast<std::size_t>(n));
    }
    return {};
}

Result<std::uint64_t> size_of(int fd) {
    struct stat status{};
    if (::fstat(fd, &status) != 0) {
        return fail(system_error("no size", errno));
    }
    if (S_ISBLK(status.st_mode)) {
        std::uint64_t size_bytes = 0;
        if (::ioctl(fd, BLKGETSIZE64, &size_bytes) != 0) {
            return fail(system_error("no size", errno));
        }
        return size_bytes;
    }
    return static_cast<std::uint64_t>(status.st_size);
}

Result<UniqueFd> make_memory_file(const char* debug_name) {
    const int fd = ::memfd_create(debug_name, MFD_CLOEXEC);
    if (fd < 0) {
        return fail(system_error("no memory file", errno));
    }
    return UniqueFd(fd);
}

} // namespace rempart
