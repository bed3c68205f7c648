// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The state of a log as a signed text that can be given away, in the form of C2SP's
/// tlog-checkpoint and signed-note (c2sp.org/tlog-checkpoint, c2sp.org/signed-note), version 1:
///
///     rempart/case/2b1f...      the log's name, which is also the key's
///     191                       records
///     qINS1GRFhWHwdkUeqLEoP4yEMkTBBzxBkGwGQlVlVcs=
///
///     - rempart/case/2b1f... x08go/ZJ...      (an em dash) signature
///
/// The signature covers everything up to and with the line break before the empty line.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "rempart/audit/keys.hpp"
#include "rempart/audit/merkle.hpp"
#include "rempart/core/result.hpp"

namespace rempart::audit {

struct Checkpoint {
    std::string origin; ///< Not empty; no space, control character or "+".
    TreeHead tree;
    friend bool operator==(const Checkpoint&, const Checkpoint&) = default;
};

/// One signature line of a note.
struct NoteSignature {
    std::string name;
    std::uint32_t key_id = 0; ///< First 4 bytes of SHA-256(name, 0x0A, 0x01, public key).
    Bytes signature;
};

/// A checkpoint as read, not yet believed.
struct SignedCheckpoint {
    Checkpoint checkpoint;
    std::string text; ///< What is signed.
    std::vector<NoteSignature> signatures;
};

/// The largest file that is read as a checkpoint. Our choice: some hundred signatures.
inline constexpr std::size_t kMaxCheckpointBytes = std::size_t{64} * 1024;

/// The whole file. \pre checkpoint.origin is as stated. \return `io` if signing fails.
[[nodiscard]] Result<std::string> sign_checkpoint(const Checkpoint& checkpoint,
                                                  const SigningKey& key);

/// Strict: no other line, no other spelling of a number or of base64. Signatures of others may
/// stand beside ours, as the form allows. \return `malformed` naming the line, `limit_exceeded`.
[[nodiscard]] Result<SignedCheckpoint> parse_checkpoint(std::string_view note);

/// \return `integrity` if `key` did not sign it under the checkpoint's own name.
[[nodiscard]] Result<void> verify_signature(const SignedCheckpoint& note, const PublicKey& key);

/// Both. \return as both.
[[nodiscard]] Result<Checkpoint> open_checkpoint(std::string_view note, const PublicKey& key);

} // namespace rempart::audit
