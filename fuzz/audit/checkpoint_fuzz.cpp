// SPDX-License-Identifier: Apache-2.0
// Any bytes as a checkpoint: what is accepted holds only what its lines say, and no key that did
// not sign it opens it.
#include <cstdint>
#include <cstdlib>
#include <span>

#include "rempart/audit/checkpoint.hpp"

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
    const auto note = audit::parse_checkpoint(input);
    if (!note) {
        require(note.error().code == Errc::limit_exceeded ||
                note.error().message.starts_with("line "));
        return 0;
    }
    require(input.starts_with(note->text) && !note->signatures.empty());
    require(note->checkpoint.tree.size <= audit::kMaxRecords && !note->checkpoint.origin.empty());
    // The text has one spelling: the same checkpoint signed by us begins with the same bytes.
    static const audit::SigningKey key = std::move(audit::SigningKey::make()).value();
    const auto signed_note = audit::sign_checkpoint(note->checkpoint, key);
    require(signed_note && signed_note->starts_with(note->text));
    const auto open = key.public_key();
    require(open && !audit::verify_signature(*note, *open));
    require(audit::open_checkpoint(*signed_note, *open) == note->checkpoint);
    return 0;
}
