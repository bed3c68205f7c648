// SPDX-License-Identifier: Apache-2.0
#include "media/video_worker/luma_rows.hpp"

#include <algorithm>
#include <cstring>

namespace rempart::media {
namespace {

bool has_flag(const AVPixFmtDescriptor& format, std::uint64_t flag) {
    return (format.flags & flag) != 0;
}

// The yuvj formats are full range by their name, whatever the frame says.
bool is_full_range(const AVFrame& frame) {
    switch (frame.format) {
    case AV_PIX_FMT_YUVJ420P:
    case AV_PIX_FMT_YUVJ422P:
    case AV_PIX_FMT_YUVJ444P:
    case AV_PIX_FMT_YUVJ440P:
    case AV_PIX_FMT_YUVJ411P: return true;
    default: return frame.color_range == AVCOL_RANGE_JPEG;
    }
}

// 16..235 to 0..255, rounded; in 32 bits so that it becomes vector instructions.
std::uint8_t from_limited(int luma) {
    const int scaled = ((luma - 16) * 255 * 2 + 219) / (2 * 219);
    return static_cast<std::uint8_t>(luma <= 16 ? 0 : luma >= 235 ? 255 : scaled);
}

constexpr auto kFromLimited = [] {
    std::array<std::uint8_t, 256> table{};
    for (int luma = 0; luma < 256; ++luma) {
        table[static_cast<std::size_t>(luma)] =
            static_cast<std::uint8_t>(luma <= 16    ? 0
                                      : luma >= 235 ? 255
                                                    : ((luma - 16) * 510 + 219) / 438);
    }
    return table;
}();

} // namespace

Result<LumaRows> LumaRows::of(const AVFrame& frame) {
    LumaRows rows;
    rows.frame_ = &frame;
    rows.format_ = av_pix_fmt_desc_get(static_cast<AVPixelFormat>(frame.format));
    if (rows.format_ == nullptr || frame.width <= 0 || frame.height <= 0) {
        return fail(Errc::unsupported, "a frame of an unknown pixel format");
    }
    const AVPixFmtDescriptor& format = *rows.format_;
    const bool palette = has_flag(format, AV_PIX_FMT_FLAG_PAL);
    const bool odd =
        has_flag(format, AV_PIX_FMT_FLAG_HWACCEL) || has_flag(format, AV_PIX_FMT_FLAG_BAYER) ||
        has_flag(format, AV_PIX_FMT_FLAG_FLOAT) || has_flag(format, AV_PIX_FMT_FLAG_BITSTREAM) ||
        format.comp[0].depth > 16 || format.comp[0].depth < 8;
    if (!palette && odd) {
        return fail(Errc::unsupported, "the frames' pixel format is not read");
    }
    const bool rgb = has_flag(format, AV_PIX_FMT_FLAG_RGB);
    rows.is_limited_ = !palette && !rgb && format.nb_components >= 3 && !is_full_range(frame);
    rows.row_.resize(rows.width());
    return rows;
}

std::span<const std::uint8_t> LumaRows::row(std::uint32_t y) {
    if (has_flag(*format_, AV_PIX_FMT_FLAG_PAL)) {
        read_palette(y);
        return row_;
    }
    if (has_flag(*format_, AV_PIX_FMT_FLAG_RGB)) {
        read_rgb(y);
        return row_;
    }
    const AVComponentDescriptor& luma = format_->comp[0];
    const std::ptrdiff_t stride = frame_->linesize[luma.plane];
    const std::uint8_t* line = frame_->data[luma.plane] + stride * static_cast<std::ptrdiff_t>(y);
    if (luma.depth == 8 && luma.step == 1 && luma.shift == 0) { // nearly every video
        const std::span<const std::uint8_t> bytes(line + luma.offset, width());
        if (!is_limited_) {
            return bytes;
        }
        std::ranges::transform(bytes, row_.begin(), [](std::uint8_t b) { return kFromLimited[b]; });
        return row_;
    }
    samples_[0].resize(width());
    read_component(luma, y, samples_[0]);
    std::ranges::transform(samples_[0], row_.begin(), [this](std::uint16_t sample) {
        return is_limited_ ? from_limited(sample) : static_cast<std::uint8_t>(sample);
    });
    return row_;
}

// As 8 bits, rounded.
void LumaRows::read_component(const AVComponentDescriptor& component, std::uint32_t y,
                              std::span<std::uint16_t> out) const {
    const std::ptrdiff_t stride = frame_->linesize[component.plane];
    const std::uint8_t* at =
        frame_->data[component.plane] + stride * static_cast<std::ptrdiff_t>(y) + component.offset;
    const bool wide = component.depth + component.shift > 8;
    const bool big_endian = has_flag(*format_, AV_PIX_FMT_FLAG_BE);
    const int drop = component.depth - 8;
    const std::uint32_t mask = (std::uint32_t{1} << component.depth) - 1;
    for (std::uint16_t& sample : out) {
        std::uint32_t value = at[0];
        if (wide) {
            value =
                big_endian ? std::uint32_t{at[0]} << 8 | at[1] : std::uint32_t{at[1]} << 8 | at[0];
        }
        value = value >> component.shift & mask;
        if (drop > 0) {
            value =
                std::min((value + (std::uint32_t{1} << (drop - 1))) >> drop, std::uint32_t{255});
        }
        sample = static_cast<std::uint16_t>(value);
        at += component.step;
    }
}

// 0.299, 0.587 and 0.114 in parts of 2^16: ITU-R BT.601.
std::uint8_t luma_of(std::uint32_t red, std::uint32_t green, std::uint32_t blue) {
    return static_cast<std::uint8_t>((red * 19'595 + green * 38'470 + blue * 7'471 + 32'768) >> 16);
}

void LumaRows::read_rgb(std::uint32_t y) {
    for (int i = 0; i < 3; ++i) {
        samples_[i].resize(width());
        read_component(format_->comp[i], y, samples_[i]);
    }
    for (std::size_t x = 0; x < row_.size(); ++x) {
        row_[x] = luma_of(samples_[0][x], samples_[1][x], samples_[2][x]);
    }
}

void LumaRows::read_palette(std::uint32_t y) {
    const std::uint8_t* line = frame_->data[0] + static_cast<std::ptrdiff_t>(frame_->linesize[0]) *
                                                     static_cast<std::ptrdiff_t>(y);
    for (std::size_t x = 0; x < row_.size(); ++x) {
        std::uint32_t colour = 0; // 0xAARRGGBB in the machine's order
        std::memcpy(&colour, frame_->data[1] + 4 * std::size_t{line[x]}, sizeof(colour));
        row_[x] = luma_of(colour >> 16 & 255U, colour >> 8 & 255U, colour & 255U);
    }
}

} // namespace rempart::media
