// SPDX-License-Identifier: Apache-2.0
#include "pipeline/medium.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "rempart/core/hex.hpp"
#include "rempart/recognise/digest.hpp"

namespace rempart::pipeline {

MediumCheck::MediumCheck(const examine::ExhibitPlan& plan, const examine::ReaderConfig& readers,
                         bool wants_md5, const std::atomic<bool>* stop)
    : plan_(plan), readers_(readers), wants_md5_(wants_md5), stop_(stop),
      thread_([this](const std::stop_token& abandoned) {
          facts_ = read(abandoned);
          done_ = true;
      }) {
}

MediumCheck::~MediumCheck() = default;

Result<MediumFacts> MediumCheck::wait() {
    if (thread_.joinable()) {
        thread_.join();
    }
    return facts_;
}

Result<MediumFacts> MediumCheck::read(const std::stop_token& abandoned) {
    auto source = examine::open_medium(plan_, readers_);
    if (!source) {
        return fail(source.error());
    }
    recognise::Digester digester(wants_md5_ ? recognise::DigestSet::all
                                            : recognise::DigestSet::sha_only);
    MediumFacts facts;
    while (!abandoned.stop_requested() && (stop_ == nullptr || !stop_->load())) {
        auto event = (*source)->next();
        if (!event) {
            return fail(event.error());
        }
        if (const auto* chunk = std::get_if<examine::ItemChunk>(&*event)) {
            digester.update(chunk->chunk.bytes());
            bytes_read_ += chunk->chunk.bytes().size();
        } else if (auto* ended = std::get_if<examine::ItemEnd>(&*event)) {
            if (ended->error && ended->unread.empty()) {
                return fail(*ended->error);
            }
            facts.unread = std::move(ended->unread);
        } else if (const auto* end = std::get_if<examine::SourceEnd>(&*event)) {
            const recognise::Digests digests = digester.finish();
            facts.md5 = wants_md5_ ? encode_hex(digests.md5) : std::string();
            facts.sha1 = encode_hex(digests.sha1);
            facts.sha256 = encode_hex(digests.sha256);
            facts.stored_md5 = end->stored_md5;
            facts.stored_sha1 = end->stored_sha1;
            return facts;
        }
    }
    return fail(Errc::interrupted, "asked to stop");
}

std::string verdict_on(const MediumFacts& facts, std::string_view acquired_hash) {
    int compared = 0;
    int failed = 0;
    const auto compare = [&](std::string_view stated, std::string_view computed) {
        if (!stated.empty()) {
            ++compared;
            failed += stated == computed ? 0 : 1;
        }
    };
    compare(facts.stored_md5, facts.md5);
    compare(facts.stored_sha1, facts.sha1);
    const std::size_t colon = acquired_hash.find(':');
    if (colon != std::string_view::npos) {
        const std::string_view algorithm = acquired_hash.substr(0, colon);
        compare(acquired_hash.substr(colon + 1), algorithm == "md5"    ? facts.md5
                                                 : algorithm == "sha1" ? facts.sha1
                                                                       : facts.sha256);
    }
    if (!facts.unread.empty() || failed > 0) {
        return "failed";
    }
    return compared > 0 ? "verified" : "nothing-to-compare";
}

Result<std::string> checked_acquired_hash(std::string_view text) {
    std::string lower(text);
    std::ranges::transform(lower, lower.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    const std::size_t colon = lower.find(':');
    const auto kind = recognise::hash_kind_named(std::string_view(lower).substr(0, colon));
    using recognise::HashKind;
    const bool computed =
        kind == HashKind::md5 || kind == HashKind::sha1 || kind == HashKind::sha256;
    if (colon == std::string::npos || !computed) {
        return fail(Errc::invalid_argument,
                    "the acquired hash must be md5:HEX, sha1:HEX or sha256:HEX");
    }
    Bytes bytes(recognise::size_bytes(*kind));
    if (auto decoded = decode_hex(std::string_view(lower).substr(colon + 1), bytes); !decoded) {
        return fail(Errc::invalid_argument,
                    fmt::format("the acquired hash: {}", decoded.error().message));
    }
    return lower;
}

} // namespace rempart::pipeline
