// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Sorted runs that do not fit into memory: a file without a name, gone with the process.

#include <cstdint>
#include <filesystem>
#include <span>

#include "rempart/core/bytes.hpp"
#include "rempart/core/fd.hpp"
#include "rempart/core/result.hpp"

namespace rempart::recognise {

class SpillFile {
  public:
    /// \return `io`.
    [[nodiscard]] static Result<SpillFile> make(const std::filesystem::path& directory);

    /// \return `io` (disk full and the rest).
    [[nodiscard]] Result<void> append(ByteView bytes);
    /// All of `out`. \return `io`, also where the file ends before.
    [[nodiscard]] Result<void> read(std::uint64_t offset, std::span<std::byte> out) const;
    [[nodiscard]] std::uint64_t bytes() const { return bytes_; }

  private:
    explicit SpillFile(UniqueFd fd) : fd_(std::move(fd)) {}
    UniqueFd fd_;
    std::uint64_t bytes_ = 0;
};

} // namespace rempart::recognise
