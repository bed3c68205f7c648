// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// CRC-32 as in gzip and RAR (RFC 1952, section 8): reflected polynomial 0xEDB88320.

#include <array>
#include <cstdint>

#include "rempart/core/bytes.hpp"

namespace rempart::examine {

namespace detail {

constexpr std::array<std::uint32_t, 256> make_crc_table() {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t i = 0; i < table.size(); ++i) {
        std::uint32_t value = i;
        for (int bit = 0; bit < 8; ++bit) {
            value = (value & 1U) != 0 ? value >> 1U ^ 0xEDB88320U : value >> 1U;
        }
        table[i] = value;
    }
    return table;
}
inline constexpr std::array<std::uint32_t, 256> kCrcTable = make_crc_table();

} // namespace detail

/// A running CRC-32.
class Crc32 {
  public:
    void add(ByteView bytes) {
        for (const std::byte byte : bytes) {
            const std::uint32_t index = (state_ ^ std::to_integer<std::uint32_t>(byte)) & 0xFFU;
            state_ = state_ >> 8U ^ detail::kCrcTable[index];
        }
    }
    [[nodiscard]] std::uint32_t value() const { return ~state_; }

  private:
    std::uint32_t state_ = 0xFFFFFFFF;
};

} // namespace rempart::examine
