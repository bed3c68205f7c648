// SPDX-License-Identifier: Apache-2.0
#include "media/media_worker/picture_sink.hpp"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <string_view>
#include <type_traits>

#include "media/media_worker/picture_hashes.hpp"
#include "media/media_worker/thumbnail.hpp"
#include "media/variant_names.hpp"
#include "rempart/recognise/pdq.hpp"
#include "rempart/recognise/pdq_hash.hpp"

namespace rempart::media {
namespace {

// `luma` as bytes, in `room` if they are not bytes already.
template <typename Luma>
std::span<const std::uint8_t> rounded(std::span<const Luma> luma, std::vector<std::uint8_t>& room) {
    if constexpr (std::is_same_v<Luma, std::uint8_t>) {
        return luma;
    } else {
        room.resize(luma.size());
        recognise::round_luma(luma, room);
        return room;
    }
}

// Of two frames this near only the first is asked for: a copy of the other is then found as well,
// with half the radius to spare for how it was changed. Our choice.
constexpr int kSameFrame = recognise::PdqHash::kMatchDistance / 2;

int distance_between(const RawFingerprint& a, const RawFingerprint& b) {
    const auto hash = [](const RawFingerprint& print) {
        return recognise::PdqHash::from_bytes(std::span(print.orientations.front()).first<32>());
    };
    return hamming_distance(hash(a), hash(b));
}

Result<void> hold_against_limits(const PictureHeader& header, const PictureLimits& limits) {
    if (header.width == 0 || header.height == 0) {
        return fail(Errc::malformed, "a picture without pixels");
    }
    const std::string size = std::to_string(header.width) + " x " + std::to_string(header.height);
    if (std::max(header.width, header.height) > limits.max_side) {
        return fail(Errc::limit_exceeded,
                    size + " pixels, limit " + std::to_string(limits.max_side) + " a side");
    }
    if (std::uint64_t{header.width} * header.height > limits.max_pixels) {
        return fail(Errc::limit_exceeded,
                    size + " pixels, limit " + std::to_string(limits.max_pixels) + " in all");
    }
    return {};
}

} // namespace

struct PictureSink::Outputs {
    PictureHashes stored;
    PictureHashes upright;                 ///< Hashes nothing unless EXIF turns the picture.
    std::optional<PictureHashes> on_black; ///< Of the pixels as stored; none if all are opaque.
    Thumbnail thumbnail;
    std::vector<std::uint8_t> plane; ///< Of the stored pixels, only if EXIF turns the picture.
    std::vector<std::uint8_t> rounded;
    std::vector<std::vector<RawFingerprint>> frames; ///< Distinct ones, if there are several.
};

PictureSink::PictureSink(const PictureRequest& request, std::uint64_t used_bytes,
                         int exif_orientation)
    : request_(request), used_bytes_(used_bytes), orientation_(exif_orientation) {
}

PictureSink::~PictureSink() = default;

std::size_t PictureSink::plane_bytes(const PictureHeader& header) const {
    return orientation_ == 1 ? 0 : std::size_t{header.width} * header.height;
}

Result<void> PictureSink::allows(const PictureHeader& header) const {
    if (auto held = hold_against_limits(header, request_.limits); !held) {
        return held;
    }
    const std::uint64_t needed = used_bytes_ + header.buffered_bytes + plane_bytes(header);
    if (needed > request_.work_bytes) {
        return fail(Errc::limit_exceeded, "decoding needs " + std::to_string(needed) +
                                              " bytes of memory, limit " +
                                              std::to_string(request_.work_bytes));
    }
    return {};
}

Result<void> PictureSink::begin(const PictureHeader& header) {
    if (auto allowed = allows(header); !allowed) {
        return allowed;
    }
    header_ = header;
    const bool lies = orientation_ >= 5;
    const std::uint32_t width = lies ? header.height : header.width;
    const std::uint32_t height = lies ? header.width : header.height;
    const bool turned = orientation_ != 1;
    outputs_ =
        std::make_unique<Outputs>(Outputs{PictureHashes(header.width, header.height),
                                          PictureHashes(turned ? width : 0, turned ? height : 0),
                                          {},
                                          Thumbnail(width, height),
                                          std::vector<std::uint8_t>(plane_bytes(header), 128),
                                          {},
                                          {}});
    return {};
}

template <typename Luma>
void PictureSink::take(std::span<const Luma> luma) {
    if (rows_ >= header_.height) {
        return;
    }
    Outputs& out = *outputs_;
    const std::span<const std::uint8_t> bytes = rounded(luma, out.rounded);
    out.stored.add_row(luma, bytes);
    if (orientation_ == 1) {
        out.thumbnail.add_row(bytes);
    } else {
        std::memcpy(out.plane.data() + std::size_t{rows_} * header_.width, bytes.data(),
                    header_.width);
    }
    ++rows_;
}

void PictureSink::add_row(std::span<const std::uint8_t> luma) {
    take(luma);
}

void PictureSink::add_row(std::span<const float> luma) {
    take(luma);
}

template <typename Luma>
void PictureSink::take_on_black(std::span<const Luma> luma) {
    Outputs& out = *outputs_;
    if (!out.on_black) {
        out.on_black.emplace(out.stored); // until here the two were the same
    }
    out.on_black->add_row(luma, rounded(luma, out.rounded));
}

void PictureSink::add_row_on_black(std::span<const std::uint8_t> luma) {
    take_on_black(luma);
}

void PictureSink::add_row_on_black(std::span<const float> luma) {
    take_on_black(luma);
}

void PictureSink::add_frame(std::uint32_t number, PictureHashes& hashes) {
    std::vector<RawFingerprint> found;
    hashes.finish_into(found, frame_suffix(number), Trim::no);
    if (found.empty() || found.front().quality < recognise::kMinPdqQuality) {
        return;
    }
    auto& kept = outputs_->frames;
    if (kept.empty()) { // all rows of the first frame are here
        outputs_->stored.finish_into(kept.emplace_back(), "", Trim::no);
    }
    const auto is_same = [&](const RawFingerprint& other) {
        return distance_between(found.front(), other) <= kSameFrame;
    };
    if (std::ranges::any_of(kept, [&](const auto& frame) {
            return !frame.empty() && is_same(frame.front()); // the first one may be too small
        })) {
        return;
    }
    if (kept.size() == kMaxFramesHashed) {
        ++frames_left_out_;
        return;
    }
    kept.push_back(std::move(found));
}

void PictureSink::finish_turned(std::vector<RawFingerprint>& prints) {
    Outputs& out = *outputs_;
    const StoredPlane stored{out.plane, header_.width, header_.height};
    const std::uint32_t width = orientation_ >= 5 ? header_.height : header_.width;
    const std::uint32_t height = orientation_ >= 5 ? header_.width : header_.height;
    constexpr std::uint32_t kRowsAtOnce = 64; // a cache line of the stored row
    std::vector<std::uint8_t> rows;
    for (std::uint32_t y = 0; y < height; y += kRowsAtOnce) {
        rows.resize(std::size_t{width} * std::min(kRowsAtOnce, height - y));
        read_upright(stored, orientation_, y, rows);
        for (std::size_t at = 0; at < rows.size(); at += width) {
            const std::span<const std::uint8_t> row = std::span(rows).subspan(at, width);
            out.upright.add_row(row, row);
            out.thumbnail.add_row(row);
        }
    }
    out.upright.finish_into(prints, "", Trim::yes);
    out.stored.finish_into(prints, kUnorientedSuffix, Trim::no);
}

PictureFacts PictureSink::finish() {
    Outputs& out = *outputs_;
    PictureFacts facts;
    facts.width = header_.width;
    facts.height = header_.height;
    facts.frames = std::min(std::max(header_.frames, 1U), kMaxFrames);
    facts.exif_orientation = orientation_;
    if (orientation_ == 1) {
        out.stored.finish_into(facts.fingerprints, "", Trim::yes);
    } else {
        finish_turned(facts.fingerprints);
    }
    if (out.on_black) {
        out.on_black->finish_into(facts.fingerprints, kOnBlackSuffix, Trim::no);
    }
    for (std::size_t i = 1; i < out.frames.size(); ++i) { // the first one stands in the list
        std::ranges::move(out.frames[i], std::back_inserter(facts.fingerprints));
    }
    facts.thumbnail = out.thumbnail.finish();
    return facts;
}

} // namespace rempart::media
