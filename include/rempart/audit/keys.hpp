// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The Ed25519 keys (RFC 8032) with which a case signs the checkpoints of its log. Files are PEM:
/// PKCS #8 for the private key, readable for its owner only, and SubjectPublicKeyInfo (RFC 8410)
/// for the public one, as `openssl pkey` reads and writes them.

#include <array>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "rempart/core/bytes.hpp"
#include "rempart/core/result.hpp"

struct evp_pkey_st; // OpenSSL's EVP_PKEY

namespace rempart::audit {

using Signature = std::array<std::byte, 64>;

class PublicKey {
  public:
    /// \return `malformed` if it is no PEM public key, `unsupported` if it is not Ed25519.
    [[nodiscard]] static Result<PublicKey> from_pem(std::string_view pem);
    /// \return `not_found`, `io`, and as from_pem.
    [[nodiscard]] static Result<PublicKey> read(const std::filesystem::path& file);
    [[nodiscard]] static Result<PublicKey> from_raw(const std::array<std::byte, 32>& key);

    [[nodiscard]] const std::array<std::byte, 32>& raw() const { return raw_; }
    [[nodiscard]] Result<std::string> to_pem() const;
    /// \return `integrity` if it is not this key's signature of exactly these bytes.
    [[nodiscard]] Result<void> verify(ByteView message, const Signature& signature) const;

  private:
    std::array<std::byte, 32> raw_{};
};

/// Movable; signing is safe from one thread at a time.
class SigningKey {
  public:
    /// A new key from the system's random numbers.
    [[nodiscard]] static Result<SigningKey> make();
    /// \return `malformed`, `unsupported` as PublicKey::from_pem.
    [[nodiscard]] static Result<SigningKey> from_pem(std::string_view pem);
    /// \return also `refused` if others than the owner may read the file; `not_found`, `io`.
    [[nodiscard]] static Result<SigningKey> read(const std::filesystem::path& file);

    /// Writes a file that must not exist yet, with mode 0600, flushed to the disk. \return `io`.
    [[nodiscard]] Result<void> write(const std::filesystem::path& file) const;
    [[nodiscard]] Result<PublicKey> public_key() const;
    [[nodiscard]] Result<Signature> sign(ByteView message) const;

  private:
    struct Free {
        void operator()(evp_pkey_st* key) const;
    };
    explicit SigningKey(evp_pkey_st* key) : key_(key) {}
    std::unique_ptr<evp_pkey_st, Free> key_;
};

} // namespace rempart::audit
