// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// SHA-256 (FIPS 180-4) for the log: the one digest of its tree, its records and the rows it seals.

#include <array>
#include <cstddef>
#include <memory>

#include "rempart/core/bytes.hpp"

struct evp_md_ctx_st; // OpenSSL's EVP_MD_CTX

namespace rempart::audit {

using Hash = std::array<std::byte, 32>;

/// A running SHA-256. Movable; not for two threads at once. A moved-from one may only be assigned
/// to. Throws std::bad_alloc where OpenSSL finds no memory, and nothing else.
class Sha256 {
  public:
    Sha256();
    void update(ByteView bytes);
    /// The digest of all that was given; then it begins anew.
    [[nodiscard]] Hash finish();

  private:
    struct Free {
        void operator()(evp_md_ctx_st* context) const;
    };
    std::unique_ptr<evp_md_ctx_st, Free> context_;
};

[[nodiscard]] Hash sha256(ByteView bytes);

} // namespace rempart::audit
