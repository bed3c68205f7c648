// SPDX-License-Identifier: Apache-2.0
#include "media/media_worker/bmp_picture.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <string>
#include <vector>

#include "rempart/recognise/pdq.hpp"

namespace rempart::media {
namespace {

constexpr std::size_t kFileHeaderBytes = 14;
constexpr std::size_t kInfoHeaderBytes = 40;

enum class Compression : std::uint32_t { none = 0, masks = 3, masks_with_alpha = 6 };

struct Masks {
    std::uint32_t red = 0, green = 0, blue = 0;
};

struct Layout {
    std::uint32_t width = 0, height = 0;
    bool bottom_up = true;
    unsigned bits_a_pixel = 0;
    Masks masks;
    std::vector<float> palette; ///< Luma, 256 values; 0 for what the file does not define.
    std::size_t pixels_at = 0;
    std::size_t row_bytes = 0;
};

std::uint32_t little(ByteView file, std::size_t at, std::size_t bytes) {
    std::uint32_t value = 0;
    for (std::size_t i = bytes; i-- > 0;) {
        value = value << 8 | std::to_integer<std::uint32_t>(file[at + i]);
    }
    return value;
}

float luma_of(std::uint8_t red, std::uint8_t green, std::uint8_t blue) {
    const std::array rgb{red, green, blue};
    std::array<float, 1> luma{};
    recognise::luma_of_rgb(rgb, luma);
    return luma[0];
}

bool is_one_run(std::uint32_t mask) {
    if (mask == 0) {
        return false;
    }
    const std::uint32_t run = mask >> std::countr_zero(mask);
    return (run & (run + 1)) == 0;
}

std::uint8_t channel(std::uint32_t pixel, std::uint32_t mask) {
    const int shift = std::countr_zero(mask);
    const std::uint64_t most = mask >> shift;
    return static_cast<std::uint8_t>((std::uint64_t{(pixel & mask) >> shift} * 255 + most / 2) /
                                     most);
}

// The masks of 16 and 32 bits, which stand in the header from its second version on and behind the
// first; without any the channels have 5 or 8 bits.
Result<void> read_masks(ByteView file, Compression compression, Layout& layout) {
    if (compression == Compression::none) {
        layout.masks = layout.bits_a_pixel == 16 ? Masks{0x7C00, 0x03E0, 0x001F}
                                                 : Masks{0xFF0000, 0x00FF00, 0x0000FF};
        return {};
    }
    constexpr std::size_t kMasksAt = kFileHeaderBytes + kInfoHeaderBytes;
    if (file.size() < kMasksAt + 12) {
        return fail(Errc::truncated, "bmp: the file ends before its colour masks");
    }
    layout.masks = {little(file, kMasksAt, 4), little(file, kMasksAt + 4, 4),
                    little(file, kMasksAt + 8, 4)};
    for (const std::uint32_t mask : {layout.masks.red, layout.masks.green, layout.masks.blue}) {
        if (!is_one_run(mask) || (layout.bits_a_pixel == 16 && mask > 0xFFFF)) {
            return fail(Errc::malformed, "bmp: a colour mask at byte 54 to 65 is no run of bits");
        }
    }
    return {};
}

Result<void> read_palette(ByteView file, std::size_t at, std::uint32_t colours, Layout& layout) {
    const std::uint32_t most = 1U << layout.bits_a_pixel;
    const std::uint32_t count = colours == 0 ? most : colours;
    if (count > 256) {
        return fail(Errc::malformed, "bmp: more than 256 colours at byte 46");
    }
    if (file.size() < at + std::size_t{4} * count) {
        return fail(Errc::truncated, "bmp: the file ends in its palette");
    }
    layout.palette.assign(256, 0.0F);
    for (std::size_t i = 0; i < count; ++i) {
        const std::uint32_t bgr = little(file, at + 4 * i, 4);
        layout.palette[i] =
            luma_of(static_cast<std::uint8_t>(bgr >> 16), static_cast<std::uint8_t>(bgr >> 8),
                    static_cast<std::uint8_t>(bgr));
    }
    return {};
}

Result<void> read_size(ByteView file, Layout& layout) {
    const auto width = static_cast<std::int32_t>(little(file, 18, 4));
    const auto height = static_cast<std::int32_t>(little(file, 22, 4));
    if (width <= 0 || height == 0) {
        return fail(Errc::malformed, "bmp: no pixels (width and height at byte 18)");
    }
    layout.width = static_cast<std::uint32_t>(width);
    layout.bottom_up = height > 0;
    const auto magnitude = static_cast<std::uint32_t>(height);
    layout.height = layout.bottom_up ? magnitude : 0U - magnitude;
    layout.row_bytes = (std::size_t{layout.width} * layout.bits_a_pixel + 31) / 32 * 4;
    return {};
}

Result<Layout> read_layout(ByteView file) {
    if (file.size() < kFileHeaderBytes + kInfoHeaderBytes) {
        return fail(Errc::truncated, "bmp: the file ends in its header");
    }
    const std::uint32_t header_bytes = little(file, 14, 4);
    constexpr std::array<std::uint32_t, 5> kKnown{kInfoHeaderBytes, 52, 56, 108, 124};
    if (std::ranges::find(kKnown, header_bytes) == kKnown.end()) {
        return fail(Errc::unsupported,
                    "bmp: header of " + std::to_string(header_bytes) + " bytes at byte 14");
    }
    const std::uint32_t compression = little(file, 30, 4);
    const auto kind = Compression{compression};
    Layout layout;
    layout.bits_a_pixel = little(file, 28, 2);
    layout.pixels_at = little(file, 10, 4);
    constexpr std::array<unsigned, 6> kDepths{1, 4, 8, 16, 24, 32};
    const bool masked = kind == Compression::masks || kind == Compression::masks_with_alpha;
    if ((compression != 0 && !masked) ||
        std::ranges::find(kDepths, layout.bits_a_pixel) == kDepths.end()) {
        return fail(Errc::unsupported, "bmp: " + std::to_string(layout.bits_a_pixel) +
                                           " bits a pixel with compression " +
                                           std::to_string(compression) + " at byte 28");
    }
    if (masked && layout.bits_a_pixel != 16 && layout.bits_a_pixel != 32) {
        return fail(Errc::malformed, "bmp: colour masks without 16 or 32 bits at byte 30");
    }
    if (auto sized = read_size(file, layout); !sized) {
        return fail(std::move(sized).error());
    }
    const std::size_t behind =
        kFileHeaderBytes + header_bytes + (masked && header_bytes == kInfoHeaderBytes ? 12 : 0);
    auto read = layout.bits_a_pixel <= 8 ? read_palette(file, behind, little(file, 46, 4), layout)
                                         : read_masks(file, kind, layout);
    if (!read) {
        return fail(std::move(read).error());
    }
    if (layout.pixels_at < behind) {
        return fail(Errc::malformed, "bmp: pixels inside the header (byte 10)");
    }
    return layout;
}

void row_of_palette(ByteView row, const Layout& layout, std::span<float> luma) {
    const unsigned bits = layout.bits_a_pixel;
    for (std::size_t x = 0; x < luma.size(); ++x) {
        const std::size_t bit = x * bits;
        const auto byte = std::to_integer<unsigned>(row[bit / 8]);
        const unsigned index = byte >> (8 - bits - bit % 8) & ((1U << bits) - 1);
        luma[x] = layout.palette[index];
    }
}

void row_of_masks(ByteView row, const Layout& layout, std::span<std::uint8_t> rgb) {
    const std::size_t bytes = layout.bits_a_pixel / 8;
    for (std::size_t x = 0; 3 * x < rgb.size(); ++x) {
        const std::uint32_t pixel = little(row, x * bytes, bytes);
        rgb[3 * x] = channel(pixel, layout.masks.red);
        rgb[3 * x + 1] = channel(pixel, layout.masks.green);
        rgb[3 * x + 2] = channel(pixel, layout.masks.blue);
    }
}

// How many rows of pixels the file holds in full, as stored.
std::size_t rows_there(ByteView file, const Layout& layout) {
    return file.size() > layout.pixels_at ? (file.size() - layout.pixels_at) / layout.row_bytes : 0;
}

// One stored row as luma; `rgb` is scratch for its pixels.
void read_row(ByteView row, const Layout& layout, std::span<std::uint8_t> rgb,
              std::span<float> luma) {
    if (layout.bits_a_pixel <= 8) {
        row_of_palette(row, layout, luma);
    } else {
        row_of_masks(row, layout, rgb);
        recognise::luma_of_rgb(rgb, luma);
    }
}

} // namespace

Decoded decode_bmp(ByteView file, PictureSink& sink) {
    const auto layout = read_layout(file);
    if (!layout) {
        return fail(layout.error());
    }
    if (auto begun = sink.begin({.width = layout->width, .height = layout->height}); !begun) {
        return fail(std::move(begun).error());
    }
    const std::size_t there = rows_there(file, *layout);
    if (there == 0) {
        return fail(Errc::truncated, "bmp: the file ends before its first row of pixels");
    }
    std::vector<float> luma(layout->width);
    std::vector<std::uint8_t> rgb(std::size_t{layout->width} * 3);
    for (std::size_t y = 0; y < layout->height; ++y) {
        const std::size_t stored = layout->bottom_up ? layout->height - 1 - y : y;
        if (stored < there) {
            const std::size_t at = layout->pixels_at + stored * layout->row_bytes;
            read_row(file.subspan(at, layout->row_bytes), *layout, rgb, luma);
        } else {
            std::ranges::fill(luma, 128.0F);
        }
        sink.add_row(std::span<const float>(luma));
    }
    if (there < layout->height) {
        return Partial{Errc::truncated, "bmp: " + std::to_string(there) + " of " +
                                            std::to_string(layout->height) + " rows are there"};
    }
    return std::nullopt;
}

} // namespace rempart::media
