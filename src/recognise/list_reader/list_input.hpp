// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Where the bytes of a list come from: by offset, so that a list of a hundred gigabytes needs no
/// more memory than one record, and a database can be read in its own order.

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>

#include "rempart/core/bytes.hpp"
#include "rempart/core/result.hpp"

namespace rempart::recognise {

class ListInput {
  public:
    virtual ~ListInput() = default;
    [[nodiscard]] virtual std::uint64_t size_bytes() const = 0;
    /// Fills `out` from `offset`; fewer bytes only at the end. \return how many; `io`.
    [[nodiscard]] virtual Result<std::size_t> read_at(std::uint64_t offset,
                                                      std::span<std::byte> out) = 0;
};

/// A view: the bytes must outlive it.
class MemoryInput final : public ListInput {
  public:
    explicit MemoryInput(std::string_view bytes) : bytes_(bytes) {}
    [[nodiscard]] std::uint64_t size_bytes() const override { return bytes_.size(); }
    [[nodiscard]] Result<std::size_t> read_at(std::uint64_t offset,
                                              std::span<std::byte> out) override;

  private:
    std::string_view bytes_;
};

/// A regular file. The descriptor stays the caller's; its position is not moved.
class FileInput final : public ListInput {
  public:
    /// `alive` is called once for each `kAliveBytes` that were read; its error is that of the read.
    FileInput(int descriptor, std::uint64_t size_bytes, std::function<Result<void>()> alive)
        : descriptor_(descriptor), size_bytes_(size_bytes), alive_(std::move(alive)) {}
    [[nodiscard]] std::uint64_t size_bytes() const override { return size_bytes_; }
    [[nodiscard]] Result<std::size_t> read_at(std::uint64_t offset,
                                              std::span<std::byte> out) override;

  private:
    int descriptor_;
    std::uint64_t size_bytes_;
    std::function<Result<void>()> alive_;
    std::uint64_t read_bytes_ = 0; ///< Since `alive` was called.
};

} // namespace rempart::recognise
