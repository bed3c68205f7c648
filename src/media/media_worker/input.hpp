// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The whole of one file in memory, from its descriptor.

#include <cstdint>

#include "rempart/core/bytes.hpp"
#include "rempart/core/result.hpp"

namespace rempart::media {

/// The bytes of a file: read in up to 64 MiB, so that a failing disk is an error and not a crash;
/// mapped above, because the worker's memory is bounded. Movable.
class Input {
  public:
    /// \return `limit_exceeded`, `io`; `truncated` for an empty file.
    [[nodiscard]] static Result<Input> open(int descriptor, std::uint64_t max_bytes);
    Input(Input&& other) noexcept;
    Input& operator=(Input&&) = delete;
    ~Input();

    /// Valid as long as the Input.
    [[nodiscard]] ByteView bytes() const { return mapped_.empty() ? ByteView(read_) : mapped_; }

  private:
    Input() = default;
    Bytes read_;
    ByteView mapped_;
};

} // namespace rempart::media
