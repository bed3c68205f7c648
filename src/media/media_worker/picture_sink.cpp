// SPDX-License-Identifier: Apache-2.0
#include "media/media_worker/picture_sink.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>
#include <type_traits>

#include "media/media_worker/thumbnail.hpp"
#include "rempart/recognise/pdq.hpp"

namespace rempart::media {
namespace {

using recognise::PdqRows;
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

RawFingerprint raw(const recognise::PdqFingerprint& fingerprint, PdqVariant variant,
                   std::string_view suffix) {
    RawFingerprint out{.algorithm = "pdq",
                       .variant = std::string(name(variant)).append(suffix),
                       .quality = fingerprint.quality,
                       .orientations = {}};
    for (const recognise::PdqHash& hash : fingerprint.hashes) {
        out.orientations.push_back(bytes_of_hash(hash));
    }
    return out;
}

// Both variants of one way up.
class Hashes {
  public:
    Hashes(std::uint32_t width, std::uint32_t height) {
        if (std::min(width, height) >= recognise::kMinPictureSide) {
            for (const PdqVariant variant : recognise::kPdqVariants) {
                rows_.emplace_back(width, height, variant);
            }
        }
    }
    template <typename Luma>
    void add_row(std::span<const Luma> luma) {
        for (PdqRows& rows : rows_) {
            rows.add_row(luma);
        }
    }
    void finish_into(std::vector<RawFingerprint>& out, std::string_view suffix) {
        for (std::size_t i = 0; i < rows_.size(); ++i) {
            out.push_back(raw(rows_[i].finish(), recognise::kPdqVariants[i], suffix));
        }
    }

  private:
    std::vector<PdqRows> rows_;
};

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
    Hashes stored;
    Hashes upright; ///< Hashes nothing unless EXIF turns the picture.
    Thumbnail thumbnail;
    std::vector<std::uint8_t> plane; ///< Of the stored pixels, only if EXIF turns the picture.
    std::vector<std::uint8_t> rounded;
};

PictureSink::PictureSink(const PictureRequest& request, std::uint64_t used_bytes,
                         int exif_orientation)
    : request_(request), used_bytes_(used_bytes), orientation_(exif_orientation) {
}

PictureSink::~PictureSink() = default;

Result<void> PictureSink::begin(const PictureHeader& header) {
    if (auto held = hold_against_limits(header, request_.limits); !held) {
        return held;
    }
    const std::size_t plane_bytes =
        orientation_ == 1 ? 0 : std::size_t{header.width} * header.height;
    const std::uint64_t needed = used_bytes_ + header.buffered_bytes + plane_bytes;
    if (needed > request_.work_bytes) {
        return fail(Errc::limit_exceeded, "decoding needs " + std::to_string(needed) +
                                              " bytes of memory, limit " +
                                              std::to_string(request_.work_bytes));
    }
    header_ = header;
    const bool lies = orientation_ >= 5;
    const std::uint32_t width = lies ? header.height : header.width;
    const std::uint32_t height = lies ? header.width : header.height;
    const bool turned = orientation_ != 1;
    outputs_ = std::make_unique<Outputs>(Outputs{Hashes(header.width, header.height),
                                                 Hashes(turned ? width : 0, turned ? height : 0),
                                                 Thumbnail(width, height),
                                                 std::vector<std::uint8_t>(plane_bytes, 128),
                                                 {}});
    return {};
}

template <typename Luma>
void PictureSink::take(std::span<const Luma> luma) {
    if (rows_ >= header_.height) {
        return;
    }
    Outputs& out = *outputs_;
    out.stored.add_row(luma);
    std::span<const std::uint8_t> bytes;
    if constexpr (std::is_same_v<Luma, float>) {
        out.rounded.resize(luma.size());
        std::ranges::transform(luma, out.rounded.begin(), [](float value) {
            return static_cast<std::uint8_t>(std::clamp(value + 0.5F, 0.0F, 255.0F));
        });
        bytes = out.rounded;
    } else {
        bytes = luma;
    }
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

PictureFacts PictureSink::finish() {
    Outputs& out = *outputs_;
    PictureFacts facts;
    facts.width = header_.width;
    facts.height = header_.height;
    facts.frames = std::min(std::max(header_.frames, 1U), kMaxFrames);
    facts.exif_orientation = orientation_;
    if (orientation_ == 1) {
        out.stored.finish_into(facts.fingerprints, "");
        facts.thumbnail = out.thumbnail.finish();
        return facts;
    }
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
            out.upright.add_row(row);
            out.thumbnail.add_row(row);
        }
    }
    out.upright.finish_into(facts.fingerprints, "");
    out.stored.finish_into(facts.fingerprints, "-unoriented");
    facts.thumbnail = out.thumbnail.finish();
    return facts;
}

} // namespace rempart::media
