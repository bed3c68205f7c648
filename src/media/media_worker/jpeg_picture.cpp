// SPDX-License-Identifier: Apache-2.0
#include "media/media_worker/jpeg_picture.hpp"

#include <string>
#include <utility>
#include <vector>

#include "media/media_worker/jpeg_codec.hpp"
#include "rempart/recognise/pdq.hpp"

namespace rempart::media {
namespace {

// Lists are made from RGB, which is clipped to 0..255 where the Y plane is not: a picture sharpened
// until it clips is 4 bits off by its Y plane and 2 by RGB (the reference suite's sharpen-a-lot).
// Up to this size, which holds what chat applications send, the chroma planes cost a few ms and are
// decoded too; above it they would double the time for 0.3 bits on average.
constexpr std::uint64_t kMaxRgbPixels = std::uint64_t{4} << 20;

// Ink to light without a profile: R = 255 (1 - C) (1 - K), as libvips and browsers fall back to.
void rgb_of_cmyk(std::span<const std::uint8_t> cmyk, JpegPixels kind, std::span<std::uint8_t> rgb) {
    const auto light = [kind](std::uint8_t sample) {
        return kind == JpegPixels::inverted_cmyk ? std::uint32_t{sample} : 255U - sample;
    };
    for (std::size_t in = 0, out = 0; in < cmyk.size(); in += 4, out += 3) {
        const std::uint32_t black = light(cmyk[in + 3]);
        for (std::size_t i = 0; i < 3; ++i) {
            rgb[out + i] = static_cast<std::uint8_t>((light(cmyk[in + i]) * black + 127) / 255);
        }
    }
}

Result<void> read_rows(JpegReader& reader, const JpegHeader& header, PictureSink& sink) {
    const bool grey = header.pixels == JpegPixels::grey;
    const bool rgb = header.pixels == JpegPixels::rgb;
    std::vector<std::uint8_t> row(header.width * bytes_a_pixel(header.pixels));
    std::vector<std::uint8_t> converted(grey || rgb ? 0 : std::size_t{header.width} * 3);
    std::vector<float> luma(grey ? 0 : header.width);
    for (std::uint32_t y = 0; y < header.height; ++y) {
        if (auto read = reader.read_row(row); !read) {
            return read;
        }
        if (grey) {
            sink.add_row(std::span<const std::uint8_t>(row));
            continue;
        }
        if (!rgb) {
            rgb_of_cmyk(row, header.pixels, converted);
        }
        recognise::luma_of_rgb(rgb ? row : converted, luma);
        sink.add_row(std::span<const float>(luma));
    }
    return {};
}

// What the warnings say of a picture whose rows all came: libjpeg fills what is missing with grey.
Decoded judge(const JpegReader& reader, const JpegHeader& header) {
    const auto& warning = reader.warning();
    if (!warning) {
        return std::nullopt;
    }
    std::string where = warning->row ? ", after row " + std::to_string(*warning->row) + " of " +
                                           std::to_string(header.height)
                                     : ", in scan " + std::to_string(warning->scan);
    if (warning->code == Errc::truncated && warning->row == 0U) {
        return fail(Errc::truncated, "jpeg: the file ends in the first row of blocks");
    }
    return Partial{warning->code, "jpeg: " + warning->what + std::move(where)};
}

} // namespace

Decoded decode_jpeg(ByteView file, PictureSink& sink) {
    JpegReader reader(file);
    const auto header = reader.read_header(kMaxRgbPixels);
    if (!header) {
        return fail(header.error());
    }
    if (auto begun = sink.begin({.width = header->width,
                                 .height = header->height,
                                 .frames = 1,
                                 .buffered_bytes = header->buffered_bytes});
        !begun) {
        return fail(std::move(begun).error());
    }
    if (auto started = reader.start(); !started) {
        return fail(std::move(started).error());
    }
    if (auto read = read_rows(reader, *header, sink); !read) {
        if (sink.rows() == 0) {
            return fail(std::move(read).error());
        }
        return Partial{read.error().code, std::move(read.error().message)};
    }
    return judge(reader, *header);
}

} // namespace rempart::media
