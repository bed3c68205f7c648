// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// MD4, and the ed2k digest made of it. Neither protects anything: collisions of MD4 are made by
/// hand. They are here because peer-to-peer networks name files by them, and so do traces of these
/// networks on a machine.
///
/// Source of MD4: RFC 1320. Own code, because OpenSSL 3 has it in a module ("legacy") that need
/// not be installed.

#include <array>
#include <cstddef>
#include <cstdint>

#include "rempart/core/bytes.hpp"

namespace rempart::recognise {

/// One pass over bytes. Reusable after `finish`.
class Md4 {
  public:
    void update(ByteView bytes);
    /// The digest of all bytes since the start or the last finish.
    [[nodiscard]] std::array<std::byte, 16> finish();

  private:
    struct Chain {
        std::uint32_t a = 0x67452301, b = 0xefcdab89, c = 0x98badcfe, d = 0x10325476;
    };
    static void transform(Chain& chain, const std::byte* block);

    Chain chain_;
    std::array<std::byte, 64> waiting_{};
    std::uint64_t bytes_ = 0;
};

/// MD4 of the MD4s of all parts of 9,728,000 bytes; of a file of less than one part, its MD4.
///
/// Programs differ where the size is a multiple of that. "Red" ones count one more, empty part, as
/// the first programs of the network did; "blue" ones do not, and take the MD4 of a file of one
/// whole part as it is. A trace may hold either, so both are told.
/// Source, also of the names: mldonkey.sourceforge.net/Ed2k-hash, and what it publishes for zeroes.
class Ed2k {
  public:
    static constexpr std::size_t kPartBytes = 9'728'000;

    struct Digests {
        std::array<std::byte, 16> red{};
        std::array<std::byte, 16> blue{}; ///< The same, unless the size is such a multiple.
        friend bool operator==(const Digests&, const Digests&) = default;
    };

    void update(ByteView bytes);
    [[nodiscard]] Digests finish();

  private:
    void end_part();

    Md4 part_;
    Md4 parts_;              ///< Over the digests of the parts that are full.
    std::uint64_t full_ = 0; ///< How many these are.
    std::size_t in_part_ = 0;
    std::array<std::byte, 16> first_{}; ///< The digest of the first full part.
};

} // namespace rempart::recognise
