// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Time stamps of RFC 3161: a request for a checkpoint's bytes, and the check of what a
/// time-stamping authority answered. How the request gets there (often HTTP) is not ours.
///
/// The authority's key must be RSA or ECDSA: OpenSSL 3.0 cannot make tokens with Ed25519, and its
/// `openssl ts -reply` then exits with 0 and an answer that says "rejected". So an answer counts
/// only after verify_timestamp.

#include <string>
#include <string_view>

#include "rempart/core/bytes.hpp"
#include "rempart/core/result.hpp"
#include "rempart/core/time.hpp"

namespace rempart::audit {

/// A DER TimeStampReq for the SHA-256 of `data`, asking for the authority's certificate. Without a
/// nonce: an earlier token for the same bytes is as true, and says an earlier time.
[[nodiscard]] Result<Bytes> timestamp_query(ByteView data);

struct Timestamp {
    TimeValue at;       ///< utc, to the second.
    std::string serial; ///< Hex.
};

/// The largest answer that is read. Our choice: a token with its certificates has 2 to 8 kB.
inline constexpr std::size_t kMaxTimestampBytes = std::size_t{256} * 1024;

/// Checks a DER TimeStampResp: granted, over the SHA-256 of `data`, and signed by an authority
/// whose certificate (extended key usage: time stamping) leads today to one in `ca_pem`.
/// \return `malformed`, `limit_exceeded`; `integrity` for an answer that refuses, that is over
/// other bytes, or whose signature or certificate does not hold.
[[nodiscard]] Result<Timestamp> verify_timestamp(ByteView reply, ByteView data,
                                                 std::string_view ca_pem);

} // namespace rempart::audit
