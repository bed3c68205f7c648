// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// A file descriptor with one owner, and the few whole-buffer calls that everything else uses.

#include <cstdint>
#include <filesystem>
#include <span>
#include <utility>

#include "rempart/core/bytes.hpp"
#include "rempart/core/result.hpp"

namespace rempart {

/// Owns a descriptor and closes it. -1 means none. Movable; not for sharing between threads.
class UniqueFd {
  public:
    UniqueFd() = default;
    explicit UniqueFd(int fd) noexcept : fd_(fd) {}
    UniqueFd(UniqueFd&& other) noexcept : fd_(other.release()) {}
    UniqueFd& operator=(UniqueFd&& other) noexcept {
        if (this != &other) {
            reset(other.release());
        }
        return *this;
    }
    UniqueFd(const UniqueFd&) = delete;
    UniqueFd& operator=(const UniqueFd&) = delete;
    ~UniqueFd() { reset(); }

    [[nodiscard]] int get() const noexcept { return fd_; }
    [[nodiscard]] explicit operator bool() const noexcept { return fd_ >= 0; }
    [[nodiscard]] int release() noexcept { return std::exchange(fd_, -1); }
    void reset(int fd = -1) noexcept;

  private:
    int fd_ = -1;
};

/// Opens `path` for reading only, close-on-exec, never following a symbolic link at its last part,
/// never waiting (a FIFO), never becoming the controlling terminal, and without touching the access
/// time where the system allows that (O_NOATIME).
/// \return `not_found`, `io` (permission and the rest), without the path in the message.
[[nodiscard]] Result<UniqueFd> open_read_only(const std::filesystem::path& path);

/// Fills `out` from `fd` at `offset_bytes`; fewer bytes than asked only at the end of the file.
/// Thread-safe: does not move the descriptor's own position.
/// \return how many bytes were read; `io`.
[[nodiscard]] Result<std::size_t> read_at(int fd, std::uint64_t offset_bytes,
                                          std::span<std::byte> out);

/// Writes all of `bytes` at the descriptor's position. \return `io` (disk full and the rest).
[[nodiscard]] Result<void> write_all(int fd, ByteView bytes);

/// The size of a regular file or block device in bytes. \return `io`.
[[nodiscard]] Result<std::uint64_t> size_of(int fd);

/// A memory-backed file without a name, close-on-exec. \return `io`.
[[nodiscard]] Result<UniqueFd> make_memory_file(const char* debug_name);

} // namespace rempart
