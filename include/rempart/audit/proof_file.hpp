// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// One record with the proof that a signed checkpoint covers it: a text file that is checked with
/// nothing but the public key.
///
///     rempart-audit-proof v1
///     record {"v":1,...}        the record's bytes
///     index 5
///     qINS1GRF...=              the proof's hashes from below, base64, one a line
///
///     (the checkpoint as its own file has it)

#include <string>
#include <string_view>
#include <vector>

#include "rempart/audit/checkpoint.hpp"

namespace rempart::audit {

struct RecordProof {
    std::string record; ///< No line break.
    std::uint64_t index = 0;
    std::vector<Hash> hashes;
    std::string checkpoint; ///< The signed note.
};

/// The largest file that is read as a proof. Our choice: the largest record is 16 MiB.
inline constexpr std::size_t kMaxProofBytes = std::size_t{17} << 20;

[[nodiscard]] std::string proof_text(const RecordProof& proof);
/// Strict. \return `malformed` naming the line, `limit_exceeded`.
[[nodiscard]] Result<RecordProof> parse_proof(std::string_view text);
/// \return the checkpoint that covers the record; `integrity` if the signature or the proof does
/// not hold, `malformed`.
[[nodiscard]] Result<Checkpoint> check_proof(const RecordProof& proof, const PublicKey& key);

} // namespace rempart::audit
