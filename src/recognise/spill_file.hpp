// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Bytes that wait on the disk: a file without a name, gone with the process however it ends.

#include <cstdint>
#include <filesystem>
#include <functional>

#include "rempart/core/bytes.hpp"
#include "rempart/core/fd.hpp"
#include "rempart/core/result.hpp"

namespace rempart::recognise {

/// A new file in `folder` that nothing names. \return `io` (disk full and the rest)
[[nodiscard]] Result<UniqueFd> make_nameless_file(const std::filesystem::path& folder);

/// Appended to, then read. Holds its bytes in memory until they are more than kBufferBytes.
/// Not for two threads.
class SpillFile {
  public:
    static constexpr std::size_t kBufferBytes = std::size_t{256} << 10U; ///< Our choice.

    explicit SpillFile(std::filesystem::path folder) : folder_(std::move(folder)) {}

    /// \return `io`
    [[nodiscard]] Result<void> append(ByteView bytes);
    [[nodiscard]] std::uint64_t size_bytes() const { return spilled_ + buffer_.size(); }

    /// Writes to the disk what is held, so that read_at gives all of it. \return `io`
    [[nodiscard]] Result<void> flush();
    /// \pre flushed, and `out` lies within. \return `io`
    [[nodiscard]] Result<void> read(std::uint64_t offset, std::span<std::byte> out) const;
    /// Gives all bytes to `take`, in order, in blocks of a multiple of 64 bytes, but the last.
    /// \return `io`; what `take` returned
    [[nodiscard]] Result<void> replay(const std::function<Result<void>(ByteView)>& take);

  private:
    std::filesystem::path folder_;
    UniqueFd file_;
    Bytes buffer_;
    std::uint64_t spilled_ = 0;
};

} // namespace rempart::recognise
