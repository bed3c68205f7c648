// SPDX-License-Identifier: Apache-2.0
// Any bytes as a proof: what is accepted is written back as it stood, and proves nothing to a key
// that did not sign its checkpoint.
#include <cstdint>
#include <cstdlib>
#include <span>

#include "rempart/audit/proof_file.hpp"

namespace {

void require(bool holds) {
    if (!holds) {
        std::abort();
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace rempart;
    const std::string_view input = chars_of(std::as_bytes(std::span(data, size)));
    const auto proof = audit::parse_proof(input);
    if (!proof) {
        return 0;
    }
    require(audit::proof_text(*proof) == input);
    const auto note = audit::parse_checkpoint(proof->checkpoint);
    require(note.has_value());
    // Whatever the hashes are, the check ends.
    static_cast<void>(audit::verify_inclusion(proof->index,
                                              audit::leaf_hash(bytes_of(proof->record)),
                                              proof->hashes, note->checkpoint.tree));
    static_cast<void>(
        audit::verify_consistency({proof->index, {}}, note->checkpoint.tree, proof->hashes));
    static const auto key = std::move(audit::SigningKey::make()).value().public_key().value();
    require(!audit::check_proof(*proof, key));
    return 0;
}
