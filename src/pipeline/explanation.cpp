// SPDX-License-Identifier: Apache-2.0
#include "rempart/pipeline/explanation.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "rempart/core/hex.hpp"
#include "rempart/pipeline/hygiene.hpp"
#include "rempart/pipeline/matching.hpp"
#include "rempart/recognise/pdq.hpp"

namespace rempart::pipeline {
namespace {

using recognise::PdqHash;

constexpr std::size_t kPdqBytes = 32;

Result<void> contradicted(const Explanation& why, std::string_view what) {
    return fail(Errc::integrity, fmt::format("a {} hit of entry {} of a list: {}",
                                             why.row.hit.match, why.row.entry.entry, what));
}

// Of the two forms of ed2k the one that is listed, if either is.
ByteView digest_of(const casefile::ContentKeys& keys, std::string_view algorithm, ByteView listed) {
    if (algorithm == "sha256") {
        return keys.sha256;
    }
    if (algorithm == "ed2k") {
        return !keys.ed2k                                         ? ByteView()
               : std::ranges::equal(keys.ed2k->ed2k_blue, listed) ? ByteView(keys.ed2k->ed2k_blue)
                                                                  : ByteView(keys.ed2k->ed2k);
    }
    return algorithm == "sha1" ? ByteView(keys.sha1)
                               : (algorithm == "md5" ? ByteView(keys.md5) : ByteView());
}

Result<void> explain_exact(const casefile::ContentKeys& keys, Explanation& why) {
    const ByteView digest = digest_of(keys, why.row.hit.algorithm, why.row.entry.value);
    why.code.assign(digest.begin(), digest.end());
    if (digest.empty() || why.row.entry.algorithm != why.row.hit.algorithm ||
        why.code != why.row.entry.value) {
        return contradicted(why, "its digest is not the content's");
    }
    return {};
}

/// A code of the content that is as far from the entry's as the hit says.
bool take_if_it_fits(const PdqHash& code, const PdqHash& listed, int quality, Explanation& why) {
    if (quality < recognise::kMinPdqQuality ||
        hamming_distance(code, listed) != why.row.hit.distance) {
        return false;
    }
    const auto bytes = code.to_bytes();
    why.code.assign(bytes.begin(), bytes.end());
    why.quality = quality;
    return true;
}

bool find_in_picture(const casefile::ContentKeys& keys, std::size_t orientation,
                     const PdqHash& listed, Explanation& why) {
    return std::ranges::any_of(keys.fingerprints, [&](const casefile::FingerprintRecord& row) {
        const auto print = row.variant == why.row.hit.variant ? pdq_fingerprint(row) : std::nullopt;
        return print && take_if_it_fits(print->hashes.at(orientation), listed, print->quality, why);
    });
}

bool is_in_a_segment(const recognise::FrameSpan& span, const casefile::HitRecord& hit) {
    return std::ranges::any_of(hit.segments, [&](const casefile::SegmentRecord& segment) {
        return segment.from_ms && segment.to_ms && span.from_ms <= *segment.to_ms &&
               span.to_ms >= *segment.from_ms;
    });
}

bool find_in_video(const casefile::ContentKeys& keys, std::size_t orientation,
                   const PdqHash& listed, Explanation& why) {
    return std::ranges::any_of(video_looks(keys.frames), [&](const recognise::VideoLook& look) {
        if (!is_in_a_segment(look.span, why.row.hit) ||
            !take_if_it_fits(look.fingerprint.hashes.at(orientation), listed,
                             look.fingerprint.quality, why)) {
            return false;
        }
        why.frame_ms = std::pair(look.span.from_ms, look.span.to_ms);
        return true;
    });
}

Result<void> explain_near(const casefile::ContentKeys& keys, Explanation& why) {
    const auto orientation = recognise::orientation_named(why.row.hit.orientation);
    if (!orientation || why.row.entry.value.size() != kPdqBytes ||
        why.row.entry.algorithm != "pdq") {
        return contradicted(why, "there is no such fingerprint");
    }
    if (why.row.hit.distance > why.row.list.radius) {
        return contradicted(why, "it is beyond the radius of the list");
    }
    const auto listed = PdqHash::from_bytes(std::span(why.row.entry.value).first<kPdqBytes>());
    const auto turned = static_cast<std::size_t>(*orientation);
    if (!(keys.frames.empty() ? find_in_picture(keys, turned, listed, why)
                              : find_in_video(keys, turned, listed, why))) {
        return contradicted(why, "no fingerprint of the content is at that distance");
    }
    for (std::size_t i = 0; i < kPdqBytes; ++i) {
        why.difference.push_back(why.code[i] ^ why.row.entry.value[i]);
    }
    const auto difference = PdqHash::from_bytes(std::span(why.difference).first<kPdqBytes>());
    for (int bit = 0; bit < PdqHash::kBits; ++bit) {
        if (difference.bit(bit)) {
            why.bits.push_back(bit);
        }
    }
    return {};
}

Result<void> add_feedback(casefile::Case& file, Explanation& why) {
    const auto counts = casefile::feedback_counts(file, why.row.list.id, why.row.entry.entry);
    if (!counts) {
        return fail(counts.error());
    }
    why.feedback = *counts;
    auto here =
        casefile::feedback_on(file, why.row.list.id, why.row.entry.entry, why.row.hit.content);
    if (!here) {
        return fail(std::move(here).error());
    }
    why.feedback_here = std::move(*here);
    return {};
}

} // namespace

Result<ContentExplained> explain(casefile::Case& file, casefile::RowId content) {
    auto codes = casefile::content_codes(file, content);
    if (!codes) {
        return fail(std::move(codes).error());
    }
    ContentExplained explained;
    explained.sha256 = encode_hex(codes->keys.sha256);
    explained.standing = standing_of(codes->known_by);
    for (casefile::HitCodes& row : codes->hits) {
        Explanation& why = explained.hits.emplace_back();
        why.row = std::move(row);
        auto borne_out = why.row.hit.match == "exact" ? explain_exact(codes->keys, why)
                                                      : explain_near(codes->keys, why);
        if (borne_out) {
            borne_out = add_feedback(file, why);
        }
        if (!borne_out) {
            return fail(std::move(borne_out).error());
        }
    }
    return explained;
}

} // namespace rempart::pipeline
