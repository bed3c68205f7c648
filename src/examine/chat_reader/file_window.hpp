// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// A bounded window over a file: an export of many gigabytes is read through a few megabytes.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "rempart/core/result.hpp"

namespace rempart::examine::chat_reader {

struct WindowConfig {
    /// How much is read at once; tests make it small to meet every seam. Our choice: so large that
    /// a system call costs nothing beside the parse, and small beside the memory of the reader.
    std::size_t window_bytes = std::size_t{1} << 20;
    /// Called once in 64 MiB that were read; its error is that of the read. May be empty.
    std::function<Result<void>()> alive;
};

/// Reads a regular file by offset with pread; the descriptor stays the caller's and its position is
/// not moved. Every view is valid until the next call. Memory: the window or the largest slice that
/// was asked for, whichever is more.
class FileWindow {
  public:
    FileWindow(int descriptor, std::uint64_t size_bytes, WindowConfig config)
        : descriptor_(descriptor), size_bytes_(size_bytes), config_(std::move(config)) {}

    [[nodiscard]] std::uint64_t size_bytes() const { return size_bytes_; }

    /// What is at hand from `offset` on: at least one byte, or none at the end of the file.
    /// \return `io`.
    [[nodiscard]] Result<std::string_view> from(std::uint64_t offset);

    /// Exactly [offset, offset + size), less only at the end of the file. \return `io`.
    [[nodiscard]] Result<std::string_view> slice(std::uint64_t offset, std::size_t size);

  private:
    [[nodiscard]] Result<void> load(std::uint64_t offset, std::size_t size);
    [[nodiscard]] bool holds(std::uint64_t offset, std::size_t size) const;

    int descriptor_;
    std::uint64_t size_bytes_;
    WindowConfig config_;
    std::uint64_t read_bytes_ = 0; ///< Since `alive` was called.
    std::uint64_t begin_ = 0;      ///< Offset of buffer_[0] in the file.
    std::string buffer_;
};

} // namespace rempart::examine::chat_reader
