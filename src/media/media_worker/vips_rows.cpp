// SPDX-License-Identifier: Apache-2.0
#include "media/media_worker/vips_rows.hpp"

#include <array>
#include <initializer_list>
#include <utility>

#include "media/media_worker/endings.hpp"
#include "rempart/recognise/pdq.hpp"

namespace rempart::media {
namespace {

constexpr std::array kLoaders{
    // An interlaced PNG is counted in buffered_bytes; an animated one is its first frame to libpng.
    VipsLoader{"png", vips_pngload_source, 0, FrameLayout::none},
    VipsLoader{"gif", vips_gifload_source, 8, FrameLayout::animation},
    VipsLoader{"webp", vips_webpload_source, 8, FrameLayout::animation},
    VipsLoader{"tiff", vips_tiffload_source, 0, FrameLayout::pages},
    VipsLoader{"heic", vips_heifload_source, 12, FrameLayout::pictures},
    VipsLoader{"avif", vips_heifload_source, 12, FrameLayout::pictures},
};

bool mentions(std::string_view text, std::initializer_list<std::string_view> words) {
    return std::ranges::any_of(words, [&](auto word) { return text.find(word) != text.npos; });
}

std::uint32_t frames_of(VipsImage* image) {
    int pages = 1;
    if (vips_image_get_typeof(image, VIPS_META_N_PAGES) == G_TYPE_INT) {
        vips_image_get_int(image, VIPS_META_N_PAGES, &pages);
    }
    return static_cast<std::uint32_t>(std::max(pages, 1));
}

// One step of the conversion; takes the operation's answer apart.
template <typename Operation>
Result<VipsImagePtr> step(Operation operation) {
    VipsImage* out = nullptr;
    if (operation(&out) != 0) {
        return fail(Errc::unsupported, take_vips_text());
    }
    return VipsImagePtr(out);
}

bool is_eight_bit_srgb(VipsImage* image) {
    const VipsInterpretation meaning = vips_image_guess_interpretation(image);
    return vips_image_get_format(image) == VIPS_FORMAT_UCHAR &&
           (meaning == VIPS_INTERPRETATION_sRGB || meaning == VIPS_INTERPRETATION_B_W);
}

// Pixels of `bands` values, the last of which is alpha, on a grey. vips_flatten would start a
// thread for the colour of its background, and no thread may run when the worker is confined.
void flatten(std::span<const std::uint8_t> pixels, std::size_t bands, unsigned background,
             std::span<std::uint8_t> colours) {
    std::uint8_t* out = colours.data();
    for (std::size_t i = 0; i < pixels.size(); i += bands) {
        const unsigned alpha = pixels[i + bands - 1];
        for (std::size_t band = 0; band + 1 < bands; ++band) {
            *out++ = static_cast<std::uint8_t>(
                (pixels[i + band] * alpha + background * (255 - alpha) + 127) / 255);
        }
    }
}

bool has_transparent(std::span<const std::uint8_t> pixels, std::size_t bands) {
    unsigned all = 255;
    for (std::size_t i = bands - 1; i < pixels.size(); i += bands) {
        all &= pixels[i];
    }
    return all != 255;
}

} // namespace

const VipsLoader* vips_loader_of(std::string_view format) {
    const auto* const found = std::ranges::find(kLoaders, format, &VipsLoader::format);
    return found == kLoaders.end() ? nullptr : found;
}

// The libraries' texts are fixed sentences with numbers in them; whatever else a hostile file might
// get into one is cut and made harmless here.
std::string take_vips_text() {
    std::string text = vips_error_buffer();
    vips_error_clear();
    text.resize(std::min(text.find('\n'), text.size()));
    text.resize(std::min<std::size_t>(text.size(), 120));
    std::ranges::replace_if(text, [](char c) { return c < 0x20 || c > 0x7E; }, '?');
    return text;
}

Errc code_of_vips_text(std::string_view text, ByteView file, std::string_view format,
                       Errc otherwise) {
    if (mentions(text,
                 {"out of memory", "Out of memory", "memory allocation", "Insufficient memory"})) {
        return Errc::memory;
    }
    if (ends_early(file, format) || mentions(text, {"Read error", "unexpected end", "truncated"})) {
        return Errc::truncated;
    }
    if (mentions(text, {"nsupported", "not supported", "not implemented", "no known route"})) {
        return Errc::unsupported;
    }
    return otherwise;
}

Result<VipsImagePtr> load_vips(ByteView file, const VipsLoader& loader, VipsFailOn fail_on,
                               FrameRange frames) {
    const std::unique_ptr<VipsSource, VipsUnref> source(
        vips_source_new_from_memory(file.data(), file.size()));
    VipsImage* image = nullptr;
    int failed = -1;
    // The first frame is what the loader itself takes: of HEIC the primary picture, not page 0.
    if (source != nullptr && frames == FrameRange{}) {
        failed = loader.load(source.get(), &image, "access", VIPS_ACCESS_SEQUENTIAL, "fail_on",
                             fail_on, nullptr);
    } else if (source != nullptr && loader.frames != FrameLayout::none) {
        failed = loader.load(source.get(), &image, "access", VIPS_ACCESS_SEQUENTIAL, "fail_on",
                             fail_on, "page", frames.first, "n", frames.count, nullptr);
    }
    if (failed != 0) {
        const std::string text = take_vips_text();
        return fail(code_of_vips_text(text, file, loader.format, Errc::malformed), text);
    }
    return VipsImagePtr(image);
}

PictureHeader header_of(VipsImage* image, const VipsLoader& loader) {
    PictureHeader header{.width = static_cast<std::uint32_t>(vips_image_get_width(image)),
                         .height = static_cast<std::uint32_t>(vips_image_get_page_height(image)),
                         .frames = frames_of(image)};
    const std::uint64_t pixels = std::uint64_t{header.width} * header.height;
    header.buffered_bytes = pixels * loader.buffered_bytes_a_pixel;
    if (vips_image_get_typeof(image, "interlaced") != 0) { // PNG: the last pass ends each row
        header.buffered_bytes = pixels * vips_format_sizeof(vips_image_get_format(image)) *
                                static_cast<std::uint64_t>(vips_image_get_bands(image));
    }
    return header;
}

Result<VipsImagePtr> to_eight_bits(VipsImagePtr image) {
    if (!is_eight_bit_srgb(image.get())) {
        auto converted = step([&](VipsImage** out) {
            const bool grey = vips_image_get_bands(image.get()) < 3;
            return vips_colourspace(image.get(), out,
                                    grey ? VIPS_INTERPRETATION_B_W : VIPS_INTERPRETATION_sRGB,
                                    nullptr);
        });
        if (!converted) {
            return converted;
        }
        image = *std::move(converted);
    }
    if (vips_image_get_format(image.get()) != VIPS_FORMAT_UCHAR) {
        auto cast =
            step([&](VipsImage** out) { return vips_cast_uchar(image.get(), out, nullptr); });
        if (!cast) {
            return cast;
        }
        image = *std::move(cast);
    }
    const int bands = vips_image_get_bands(image.get());
    if (bands < 1 || bands > 4) {
        return fail(Errc::unsupported, std::to_string(bands) + " bands after conversion");
    }
    return image;
}

VipsRow::VipsRow(std::size_t width, std::size_t bands)
    : bands_(bands), luma_(bands <= 2 ? 0 : width), luma_on_black_(bands == 4 ? width : 0) {
    if (bands % 2 == 0) {
        white_.resize(width * (bands - 1));
        black_.resize(width * (bands - 1));
    }
}

void VipsRow::read(std::span<const std::uint8_t> pixels) {
    if (bands_ % 2 == 0) {
        opaque_ = !has_transparent(pixels, bands_);
        flatten(pixels, bands_, 255, white_);
        if (!opaque_) {
            flatten(pixels, bands_, 0, black_);
        }
        pixels = white_;
    }
    if (is_grey()) {
        grey_ = pixels;
        return;
    }
    recognise::luma_of_rgb(pixels, luma_);
    if (!opaque_) {
        recognise::luma_of_rgb(black_, luma_on_black_);
    }
}

} // namespace rempart::media
