// SPDX-License-Identifier: Apache-2.0
#include "rempart/audit/proof_file.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "audit/base64.hpp"
#include "audit/lines.hpp"

namespace rempart::audit {
namespace {

constexpr std::string_view kFirstLine = "rempart-audit-proof v1";
constexpr std::string_view kRecord = "record ";
constexpr std::string_view kIndex = "index ";
constexpr std::size_t kMaxHashes = 62; // of a tree of kMaxRecords

Result<std::string_view> line_with(Lines& lines, std::string_view prefix) {
    auto line = lines.next();
    if (!line) {
        return line;
    }
    if (!line->starts_with(prefix)) {
        return lines.fault(fmt::format("\"{}\" is due", prefix));
    }
    return line->substr(prefix.size());
}

Result<std::vector<Hash>> parse_hashes(Lines& lines) {
    std::vector<Hash> hashes;
    for (;;) {
        const auto line = lines.next();
        if (!line) {
            return fail(line.error());
        }
        if (line->empty()) {
            return hashes;
        }
        const auto bytes = decode_base64(*line);
        if (!bytes || bytes->size() != sizeof(Hash) || hashes.size() == kMaxHashes) {
            return lines.fault("no hash of a proof in base64");
        }
        std::copy(bytes->begin(), bytes->end(), hashes.emplace_back().begin());
    }
}

} // namespace

std::string proof_text(const RecordProof& proof) {
    std::string text =
        fmt::format("{}\n{}{}\n{}{}\n", kFirstLine, kRecord, proof.record, kIndex, proof.index);
    for (const Hash& hash : proof.hashes) {
        text += encode_base64(hash) + '\n';
    }
    return text + '\n' + proof.checkpoint;
}

Result<RecordProof> parse_proof(std::string_view text) {
    if (text.size() > kMaxProofBytes) {
        return fail(Errc::limit_exceeded, "too large for a proof");
    }
    Lines lines(text);
    const auto first = lines.next();
    if (!first) {
        return fail(first.error());
    }
    if (*first != kFirstLine) {
        return lines.fault("no proof of an audit log, or one of a newer version");
    }
    RecordProof proof;
    const auto record = line_with(lines, kRecord);
    if (!record) {
        return fail(record.error());
    }
    proof.record = *record;
    const auto index = line_with(lines, kIndex);
    if (!index) {
        return fail(index.error());
    }
    const auto number = decimal(*index);
    if (!number) {
        return lines.fault("no number of a record");
    }
    proof.index = *number;
    auto hashes = parse_hashes(lines);
    if (!hashes) {
        return fail(std::move(hashes).error());
    }
    proof.hashes = std::move(*hashes);
    proof.checkpoint = lines.rest();
    if (const auto note = parse_checkpoint(proof.checkpoint); !note) {
        return fail(note.error().code, "checkpoint: " + note.error().message);
    }
    return proof;
}

Result<Checkpoint> check_proof(const RecordProof& proof, const PublicKey& key) {
    auto checkpoint = open_checkpoint(proof.checkpoint, key);
    if (!checkpoint) {
        return checkpoint;
    }
    if (auto included = verify_inclusion(proof.index, leaf_hash(bytes_of(proof.record)),
                                         proof.hashes, checkpoint->tree);
        !included) {
        return fail(std::move(included).error());
    }
    return checkpoint;
}

} // namespace rempart::audit
