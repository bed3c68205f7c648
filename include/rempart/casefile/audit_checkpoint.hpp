// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The checkpoints of a case's log: the key that signs them, the copies in the case's folder, and
/// proofs of single records. In `CASE/audit`:
///
///     signing-key.pem        Ed25519, made on first use, readable for its owner only
///     public-key.pem         to be given away with the first checkpoint
///     000000000123.checkpoint  one for each number of records that was signed

#include <filesystem>
#include <string>
#include <vector>

#include "rempart/audit/keys.hpp"
#include "rempart/audit/proof_file.hpp"
#include "rempart/casefile/audit_verify.hpp"
#include "rempart/casefile/case.hpp"
#include "rempart/core/result.hpp"

namespace rempart::casefile {

/// Where the public key of the case lies, or will.
[[nodiscard]] std::filesystem::path public_key_path(const Case& file);

/// The public key beside the case. It proves less than one that was given away before: whoever can
/// write to the folder can replace it. None if no checkpoint was made yet. \return as
/// PublicKey::read.
[[nodiscard]] Result<std::optional<audit::PublicKey>> public_key(const Case& file);

/// The copies in the case's folder, by rising size. \return `io`, `limit_exceeded`.
[[nodiscard]] Result<std::vector<KeptCheckpoint>> kept_checkpoints(const Case& file);

/// Signs the log as it is now and keeps a copy. Makes the key on first use.
/// \return the signed note; `integrity` if the log does not continue the newest copy: a log that
/// was rewritten is not signed; `refused` if others may read the key; `io`.
[[nodiscard]] Result<std::string> make_checkpoint(Case& file);

/// Record `index` with the proof that a checkpoint made now covers it.
/// \return also `invalid_argument` if there is no such record.
[[nodiscard]] Result<audit::RecordProof> prove_record(Case& file, std::uint64_t index);

/// Calls take(index, record) for each record of the log in order.
[[nodiscard]] Result<void>
each_log_record(Case& file,
                const std::function<Result<void>(std::uint64_t, const std::string&)>& take);

} // namespace rempart::casefile
