// SPDX-License-Identifier: Apache-2.0
#include "rempart/audit/checkpoint.hpp"

#include <algorithm>
#include <cassert>

#include <fmt/format.h>

#include "audit/base64.hpp"
#include "audit/lines.hpp"
#include "rempart/core/text.hpp"

namespace rempart::audit {
namespace {

constexpr std::string_view kSignaturePrefix = "\u2014 "; // an em dash, as signed-note has it
constexpr std::size_t kKeyIdBytes = 4;
constexpr std::byte kEd25519{0x01}; // signed-note's signature type

bool is_key_name(std::string_view name) {
    return !name.empty() && is_utf8(name) && std::all_of(name.begin(), name.end(), [](char c) {
        return static_cast<unsigned char>(c) > 0x20 && c != 0x7F && c != '+';
    });
}

std::uint32_t number_of(ByteView bytes) {
    std::uint32_t number = 0;
    for (const std::byte byte : bytes) {
        number = (number << 8) | std::to_integer<std::uint32_t>(byte);
    }
    return number;
}

std::uint32_t key_id_of(std::string_view name, const PublicKey& key) {
    Sha256 hasher;
    hasher.update(bytes_of(name));
    hasher.update(bytes_of("\n"));
    hasher.update({&kEd25519, 1});
    hasher.update(key.raw());
    return number_of(ByteView(hasher.finish()).first(kKeyIdBytes));
}

std::string text_of(const Checkpoint& checkpoint) {
    return fmt::format("{}\n{}\n{}\n", checkpoint.origin, checkpoint.tree.size,
                       encode_base64(checkpoint.tree.root));
}

Result<NoteSignature> parse_signature(const Lines& lines, std::string_view line) {
    if (!line.starts_with(kSignaturePrefix)) {
        return lines.fault("a signature begins with an em dash and a space");
    }
    line.remove_prefix(kSignaturePrefix.size());
    const std::size_t space = line.find(' ');
    if (space == std::string_view::npos || !is_key_name(line.substr(0, space))) {
        return lines.fault("no name of a key");
    }
    const auto bytes = decode_base64(line.substr(space + 1));
    if (!bytes || bytes->size() <= kKeyIdBytes) {
        return lines.fault("the signature is not base64");
    }
    return NoteSignature{.name = std::string(line.substr(0, space)),
                         .key_id = number_of(ByteView(*bytes).first(kKeyIdBytes)),
                         .signature = Bytes(bytes->begin() + kKeyIdBytes, bytes->end())};
}

Result<Checkpoint> parse_body(Lines& lines) {
    Checkpoint checkpoint;
    const auto origin = lines.next();
    if (!origin) {
        return fail(origin.error());
    }
    if (!is_key_name(*origin)) {
        return lines.fault("no name of a log");
    }
    checkpoint.origin = *origin;
    const auto size = lines.next();
    if (!size) {
        return fail(size.error());
    }
    const auto number = decimal(*size);
    if (!number || *number > kMaxRecords) {
        return lines.fault("no number of records");
    }
    checkpoint.tree.size = *number;
    const auto root = lines.next();
    if (!root) {
        return fail(root.error());
    }
    const auto hash = decode_base64(*root);
    if (!hash || hash->size() != sizeof(Hash)) {
        return lines.fault("no root hash in base64");
    }
    std::copy(hash->begin(), hash->end(), checkpoint.tree.root.begin());
    return checkpoint;
}

} // namespace

Result<std::string> sign_checkpoint(const Checkpoint& checkpoint, const SigningKey& key) {
    assert(is_key_name(checkpoint.origin));
    const std::string text = text_of(checkpoint);
    const auto signature = key.sign(bytes_of(text));
    const auto public_key = key.public_key();
    if (!signature || !public_key) {
        return fail(signature ? public_key.error() : signature.error());
    }
    const std::uint32_t id = key_id_of(checkpoint.origin, *public_key);
    Bytes bytes;
    for (std::size_t i = kKeyIdBytes; i-- > 0;) {
        bytes.push_back(static_cast<std::byte>(id >> (8 * i)));
    }
    bytes.insert(bytes.end(), signature->begin(), signature->end());
    return fmt::format("{}\n{}{} {}\n", text, kSignaturePrefix, checkpoint.origin,
                       encode_base64(bytes));
}

Result<SignedCheckpoint> parse_checkpoint(std::string_view note) {
    if (note.size() > kMaxCheckpointBytes) {
        return fail(Errc::limit_exceeded, "too large for a checkpoint");
    }
    Lines lines(note);
    SignedCheckpoint read;
    auto body = parse_body(lines);
    if (!body) {
        return fail(std::move(body).error());
    }
    read.checkpoint = std::move(*body);
    read.text = note.substr(0, note.size() - lines.rest().size());
    const auto empty = lines.next();
    if (!empty) {
        return fail(empty.error());
    }
    if (!empty->empty()) {
        return lines.fault("an empty line is due before the signatures");
    }
    do {
        const auto line = lines.next();
        if (!line) {
            return fail(line.error());
        }
        auto signature = parse_signature(lines, *line);
        if (!signature) {
            return fail(std::move(signature).error());
        }
        read.signatures.push_back(std::move(*signature));
    } while (!lines.at_end());
    return read;
}

Result<void> verify_signature(const SignedCheckpoint& note, const PublicKey& key) {
    const std::string& name = note.checkpoint.origin;
    const std::uint32_t id = key_id_of(name, key);
    for (const NoteSignature& line : note.signatures) {
        Signature signature{};
        if (line.name != name || line.key_id != id || line.signature.size() != signature.size()) {
            continue; // of somebody else, a witness perhaps
        }
        std::copy(line.signature.begin(), line.signature.end(), signature.begin());
        return key.verify(bytes_of(note.text), signature);
    }
    return fail(Errc::integrity, "the checkpoint bears no signature of the key");
}

Result<Checkpoint> open_checkpoint(std::string_view note, const PublicKey& key) {
    auto read = parse_checkpoint(note);
    if (!read) {
        return fail(std::move(read).error());
    }
    if (auto verified = verify_signature(*read, key); !verified) {
        return fail(std::move(verified).error());
    }
    return std::move(read->checkpoint);
}

} // namespace rempart::audit
