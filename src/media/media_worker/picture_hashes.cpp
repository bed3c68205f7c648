// SPDX-License-Identifier: Apache-2.0
#include "media/media_worker/picture_hashes.hpp"

#include <algorithm>
#include <string>

#include "media/variant_names.hpp"

namespace rempart::media {
namespace {

using recognise::LumaPlane;
using recognise::PdqVariant;

Bytes bytes_of_hash(const recognise::PdqHash& hash) {
    Bytes bytes;
    for (const std::uint64_t word : hash.words()) { // in the order of the hexadecimal text
        for (int shift = 56; shift >= 0; shift -= 8) {
            bytes.push_back(static_cast<std::byte>(word >> shift));
        }
    }
    return bytes;
}

RawFingerprint raw(const recognise::PdqFingerprint& fingerprint, std::string_view variant,
                   std::string_view suffix) {
    RawFingerprint out{.algorithm = "pdq",
                       .variant = std::string(variant).append(suffix),
                       .quality = fingerprint.quality,
                       .orientations = {}};
    for (const recognise::PdqHash& hash : fingerprint.hashes) {
        out.orientations.push_back(bytes_of_hash(hash));
    }
    return out;
}

recognise::PdqFingerprint pdq_of(const LumaPlane& plane, PdqVariant variant) {
    return recognise::pdq_of_plane(plane.luma, plane.width, plane.height, variant);
}

} // namespace

PictureHashes::PictureHashes(std::uint32_t width, std::uint32_t height)
    : is_large_(std::max(width, height) > recognise::kFitSide) {
    if (std::min(width, height) >= recognise::kMinPictureSide) {
        full_.emplace(width, height, PdqVariant::full);
        nearest_.emplace(width, height, PdqVariant::nearest512);
        reduced_.emplace(width, height);
    }
}

template <typename Luma>
void PictureHashes::add_row(std::span<const Luma> luma, std::span<const std::uint8_t> bytes) {
    if (full_) {
        full_->add_row(luma);
        nearest_->add_row(luma);
        reduced_->add_row(bytes);
    }
}

template void PictureHashes::add_row(std::span<const float>, std::span<const std::uint8_t>);
template void PictureHashes::add_row(std::span<const std::uint8_t>, std::span<const std::uint8_t>);

void PictureHashes::finish_into(std::vector<RawFingerprint>& out, std::string_view suffix,
                                Trim trim) {
    if (!full_) {
        return;
    }
    out.push_back(raw(full_->finish(), name(PdqVariant::full), suffix));
    out.push_back(raw(nearest_->finish(), name(PdqVariant::nearest512), suffix));
    if (is_large_) { // of the reduced plane it is what it is of the picture, by its definition
        out.push_back(raw(pdq_of(reduced_->finish(), PdqVariant::smooth512),
                          name(PdqVariant::smooth512), suffix));
    }
    if (trim == Trim::yes) {
        append_trimmed(out, suffix);
    }
}

void PictureHashes::append_trimmed(std::vector<RawFingerprint>& out, std::string_view suffix) {
    const LumaPlane& plane = reduced_->finish();
    const auto append = [&](const recognise::PlaneBox& box, std::string_view variant) {
        const auto hash = pdq_of(cut_out(plane, box), PdqVariant::smooth512);
        out.push_back(raw(hash, variant, suffix));
    };
    const auto plain = find_picture(plane, recognise::Border::plain);
    const auto captioned = find_picture(plane, recognise::Border::captioned);
    if (plain) {
        append(*plain, kTrimmedVariant);
    }
    if (captioned && captioned != plain) {
        append(*captioned, kUncaptionedVariant);
    }
}

} // namespace rempart::media
