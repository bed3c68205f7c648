// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Harmless pictures, drawn here and written by the formats' own libraries.

#include <cmath>
#include <csetjmp>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>
#include <jpeglib.h>
#include <vips/vips.h>

#include "media/media_worker/examine.hpp"

// The encoder that writes HEIC here leaks on its own; the decoders are not excused.
extern "C" [[gnu::used]] inline const char* __lsan_default_suppressions() { // NOLINT: its name
    return "leak:libx265.so\n";
}

namespace rempart::media {

inline const PictureRequest kAnyPicture{.limits = {}, .work_bytes = std::uint64_t{704} << 20};

/// An RGB picture: `width` * `height` * 3 values.
struct Drawing {
    std::uint32_t width = 0, height = 0;
    std::vector<std::uint8_t> rgb;
};

/// The waves along one axis, of which the hills are products: 4 a colour.
inline std::vector<double> waves(std::uint32_t size, unsigned seed, double shift) {
    std::vector<double> out;
    for (std::uint32_t i = 0; i < size; ++i) {
        const double u = 2.0 * i / size;
        for (int c = 0; c < 3; ++c) {
            out.push_back(std::sin((3.1 + c) * u + 1.7 * seed + c + shift));
            out.push_back(std::sin((7.0 - c) * u + 0.6 * seed + shift));
            out.push_back(std::cos((7.0 - c) * u + 0.6 * seed + shift));
            out.push_back(u);
        }
    }
    return out;
}

/// Hills of colour with a few discs on them, without any symmetry: its eight orientations differ.
inline Drawing draw(std::uint32_t width, std::uint32_t height, unsigned seed = 1) {
    Drawing drawing{width, height, std::vector<std::uint8_t>(std::size_t{width} * height * 3)};
    const std::vector<double> across = waves(width, seed, 0.0);
    const std::vector<double> down = waves(height, seed, 0.9);
    std::uint8_t* out = drawing.rgb.data();
    for (std::uint32_t y = 0; y < height; ++y) {
        for (std::uint32_t x = 0; x < width; ++x) {
            const double* u = across.data() + std::size_t{12} * x;
            const double* v = down.data() + std::size_t{12} * y;
            double disc = 0;
            for (int i = 0; i < 4; ++i) {
                const double dx = u[3] - 0.35 * i - 0.1 * (seed % 5);
                const double dy = v[3] - 1.7 + 0.37 * i;
                disc += dx * dx + dy * dy < 0.02 + 0.01 * i ? 50 - 25 * i : 0;
            }
            for (int c = 0; c < 3; ++c, u += 4, v += 4) {
                const double hills = u[0] * v[0] + 0.5 * (u[1] * v[2] + u[2] * v[1]);
                *out++ = static_cast<std::uint8_t>(
                    std::fmin(std::fmax(128 + 60 * hills + disc, 0), 255));
            }
        }
    }
    return drawing;
}

struct JpegOptions {
    int quality = 90;
    bool progressive = false;
    bool cmyk = false;  ///< Written as Adobe does: inverted, with its marker.
    std::string exif{}; ///< The TIFF structure behind "Exif\0\0"; none if empty.
};

/// `drawing` as a JPEG file.
inline std::string to_jpeg(const Drawing& drawing, const JpegOptions& options = {}) {
    jpeg_compress_struct info{};
    jpeg_error_mgr errors{};
    unsigned char* buffer = nullptr;
    unsigned long bytes = 0;
    info.err = jpeg_std_error(&errors); // a failure ends the test program: there is none to expect
    jpeg_create_compress(&info);
    jpeg_mem_dest(&info, &buffer, &bytes);
    info.image_width = drawing.width;
    info.image_height = drawing.height;
    info.input_components = options.cmyk ? 4 : 3;
    info.in_color_space = options.cmyk ? JCS_CMYK : JCS_RGB;
    jpeg_set_defaults(&info);
    jpeg_set_quality(&info, options.quality, TRUE);
    if (options.progressive) {
        jpeg_simple_progression(&info);
    }
    jpeg_start_compress(&info, TRUE);
    if (!options.exif.empty()) {
        using namespace std::string_literals;
        const std::string block = "Exif\0\0"s + options.exif;
        jpeg_write_marker(&info, JPEG_APP0 + 1, reinterpret_cast<const JOCTET*>(block.data()),
                          static_cast<unsigned>(block.size()));
    }
    std::vector<std::uint8_t> row;
    while (info.next_scanline < info.image_height) {
        const auto* from = drawing.rgb.data() + std::size_t{info.next_scanline} * drawing.width * 3;
        row.assign(from, from + std::size_t{drawing.width} * 3);
        if (options.cmyk) { // light of C, M, Y is R, G, B with no black
            std::vector<std::uint8_t> ink;
            for (std::size_t i = 0; i < row.size(); i += 3) {
                ink.insert(ink.end(), {row[i], row[i + 1], row[i + 2], 255});
            }
            row = ink;
        }
        JSAMPROW pointer = row.data();
        jpeg_write_scanlines(&info, &pointer, 1);
    }
    jpeg_finish_compress(&info);
    std::string file(reinterpret_cast<const char*>(buffer), bytes);
    jpeg_destroy_compress(&info);
    std::free(buffer);
    return file;
}

/// A little-endian TIFF structure with nothing but an orientation.
inline std::string exif_with_orientation(int orientation) {
    using namespace std::string_literals;
    return "II\x2A\0\x08\0\0\0\1\0\x12\1\3\0\1\0\0\0"s + static_cast<char>(orientation) +
           "\0\0\0\0\0\0\0"s;
}

/// `drawing` as a libvips image; unref it. Initialises the decoders at the first call.
inline VipsImage* to_vips(const Drawing& drawing) {
    static const bool kStarted = start_decoders().has_value();
    EXPECT_TRUE(kStarted);
    VipsImage* image = vips_image_new_from_memory_copy(
        drawing.rgb.data(), drawing.rgb.size(), static_cast<int>(drawing.width),
        static_cast<int>(drawing.height), 3, VIPS_FORMAT_UCHAR);
    EXPECT_NE(image, nullptr);
    image->Type = VIPS_INTERPRETATION_sRGB;
    return image;
}

/// `image` as a file of the kind that `suffix` names, with libvips' options in brackets:
/// ".png[interlace]". "" and a failure of the test if this libvips has no such encoder.
inline std::string save(VipsImage* image, const char* suffix) {
    void* buffer = nullptr;
    std::size_t bytes = 0;
    if (vips_image_write_to_buffer(image, suffix, &buffer, &bytes, nullptr) != 0) {
        ADD_FAILURE() << suffix << ": " << vips_error_buffer();
        vips_error_clear();
        return {};
    }
    std::string file(static_cast<const char*>(buffer), bytes);
    g_free(buffer);
    return file;
}

inline std::string save(const Drawing& drawing, const char* suffix) {
    VipsImage* image = to_vips(drawing);
    std::string file = save(image, suffix);
    g_object_unref(image);
    return file;
}

} // namespace rempart::media
