// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Cryptographic digests of contents: MD5 and SHA-1 because lists in the world hold them, SHA-256
/// because it identifies, and ed2k where traces of a peer-to-peer network name files by it.

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "rempart/core/bytes.hpp"
#include "rempart/core/result.hpp"

namespace rempart::recognise {

/// The kinds of hash that a list may hold: digests, which are equal or not, and a fingerprint of a
/// picture, which is near or far.
enum class HashKind : std::uint8_t { md5, sha1, sha256, pdq, ed2k };
inline constexpr HashKind kLastHashKind = HashKind::ed2k;

/// The stable, lower-case name of `kind` ("sha256"), as lists and the command line write it.
[[nodiscard]] std::string_view name(HashKind kind) noexcept;
[[nodiscard]] std::optional<HashKind> hash_kind_named(std::string_view name) noexcept;
/// 16, 20, 32, 32 or 16 bytes.
[[nodiscard]] std::size_t size_bytes(HashKind kind) noexcept;

struct Digests {
    std::array<std::byte, 16> md5{};
    std::array<std::byte, 20> sha1{};
    std::array<std::byte, 32> sha256{};
    /// The two digests that programs give a file whose size is a multiple of 9,728,000 bytes, one
    /// with an empty part at its end and one without; of any other file the same twice
    /// (src/recognise/md4.hpp).
    std::array<std::byte, 16> ed2k{};
    std::array<std::byte, 16> ed2k_blue{};
    friend auto operator<=>(const Digests&, const Digests&) = default;
};

/// Which digests one pass computes. A large file is hashed by two threads: MD5 alone takes as long
/// as the two others together. `all` are MD5, SHA-1 and SHA-256; ed2k takes two fifths more than
/// them, and only who has a list of such digests has a use for it.
enum class DigestSet : std::uint8_t {
    all,
    md5_only,
    sha_only,
    sha256_only,
    ed2k_only,
    all_and_ed2k
};

/// One pass over bytes. Reusable after `finish`. Not for use by two threads at once. OpenSSL's EVP.
class Digester {
  public:
    explicit Digester(DigestSet set = DigestSet::all);
    Digester(Digester&&) noexcept;
    Digester& operator=(Digester&&) noexcept;
    ~Digester();

    void update(ByteView bytes);
    /// The digests of all bytes since the start or the last finish; those outside the set are zero.
    [[nodiscard]] Digests finish();

  private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace rempart::recognise
