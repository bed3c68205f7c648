// SPDX-License-Identifier: Apache-2.0
#include "media/media_worker/vips_picture.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <vips/vips.h>

#include "media/media_worker/endings.hpp"
#include "rempart/recognise/pdq.hpp"

namespace rempart::media {
namespace {

struct Unref {
    void operator()(gpointer object) const { g_object_unref(object); }
};
using Source = std::unique_ptr<VipsSource, Unref>;
using Image = std::unique_ptr<VipsImage, Unref>;
using Region = std::unique_ptr<VipsRegion, Unref>;

// A format: its loader by name, never the sniffing one, and what it keeps of the whole picture.
struct Loader {
    std::string_view format;
    int (*load)(VipsSource*, VipsImage**, ...);
    /// Bytes a pixel that the decoder keeps at once, as measured; 0 if it streams.
    unsigned buffered_bytes_a_pixel;
};
constexpr std::array kLoaders{
    Loader{"png", vips_pngload_source, 0}, // an interlaced one is counted in buffered_bytes
    Loader{"gif", vips_gifload_source, 8},    Loader{"webp", vips_webpload_source, 8},
    Loader{"tiff", vips_tiffload_source, 0},  Loader{"heic", vips_heifload_source, 12},
    Loader{"avif", vips_heifload_source, 12},
};

const Loader* loader_of(std::string_view format) {
    const auto* const found = std::ranges::find(kLoaders, format, &Loader::format);
    return found == kLoaders.end() ? nullptr : found;
}

void swallow(const gchar* /*domain*/, GLogLevelFlags /*level*/, const gchar* /*text*/,
             gpointer /*data*/) {
}

// The libraries' texts are fixed sentences with numbers in them; whatever else a hostile file might
// get into one is cut and made harmless here.
std::string vips_text() {
    std::string text = vips_error_buffer();
    vips_error_clear();
    text.resize(std::min(text.find('\n'), text.size()));
    text.resize(std::min<std::size_t>(text.size(), 120));
    std::ranges::replace_if(text, [](char c) { return c < 0x20 || c > 0x7E; }, '?');
    return text;
}

bool mentions(std::string_view text, std::initializer_list<std::string_view> words) {
    return std::ranges::any_of(words, [&](auto word) { return text.find(word) != text.npos; });
}

Errc code_of(std::string_view text, ByteView file, std::string_view format, Errc otherwise) {
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

Result<Image> load(ByteView file, const Loader& loader, VipsFailOn fail_on) {
    const Source source(vips_source_new_from_memory(file.data(), file.size()));
    VipsImage* image = nullptr;
    if (source == nullptr || loader.load(source.get(), &image, "access", VIPS_ACCESS_SEQUENTIAL,
                                         "fail_on", fail_on, nullptr) != 0) {
        const std::string text = vips_text();
        return fail(code_of(text, file, loader.format, Errc::malformed), text);
    }
    return Image(image);
}

std::uint32_t frames_of(VipsImage* image) {
    int pages = 1;
    if (vips_image_get_typeof(image, VIPS_META_N_PAGES) == G_TYPE_INT) {
        vips_image_get_int(image, VIPS_META_N_PAGES, &pages);
    }
    return static_cast<std::uint32_t>(std::max(pages, 1));
}

PictureHeader header_of(VipsImage* image, const Loader& loader) {
    PictureHeader header{.width = static_cast<std::uint32_t>(vips_image_get_width(image)),
                         .height = static_cast<std::uint32_t>(vips_image_get_height(image)),
                         .frames = frames_of(image)};
    const std::uint64_t pixels = std::uint64_t{header.width} * header.height;
    header.buffered_bytes = pixels * loader.buffered_bytes_a_pixel;
    if (vips_image_get_typeof(image, "interlaced") != 0) { // PNG: the last pass ends each row
        header.buffered_bytes = pixels * vips_format_sizeof(vips_image_get_format(image)) *
                                static_cast<std::uint64_t>(vips_image_get_bands(image));
    }
    return header;
}

// One step of the conversion; takes the operation's answer apart.
template <typename Operation>
Result<Image> step(Operation operation) {
    VipsImage* out = nullptr;
    if (operation(&out) != 0) {
        return fail(Errc::unsupported, vips_text());
    }
    return Image(out);
}

bool is_eight_bit_srgb(VipsImage* image) {
    const VipsInterpretation meaning = vips_image_guess_interpretation(image);
    return vips_image_get_format(image) == VIPS_FORMAT_UCHAR &&
           (meaning == VIPS_INTERPRETATION_sRGB || meaning == VIPS_INTERPRETATION_B_W);
}

// 8 bits: grey or RGB, either with alpha behind it.
Result<Image> to_eight_bits(Image image) {
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

// VIPS_REGION_ADDR at column 0, whose own arithmetic changes signs. The region starts at column 0.
const VipsPel* row_of(const VipsRegion& region, int row) {
    return region.data + static_cast<std::ptrdiff_t>(row - region.valid.top) * region.bpl;
}

// Pixels of `bands` values, the last of which is alpha, on white. vips_flatten would start a thread
// for the colour of its background, and no thread may run when the worker is confined.
void flatten(std::span<const std::uint8_t> pixels, std::size_t bands,
             std::span<std::uint8_t> colours) {
    std::uint8_t* out = colours.data();
    for (std::size_t i = 0; i < pixels.size(); i += bands) {
        const unsigned alpha = pixels[i + bands - 1];
        for (std::size_t band = 0; band + 1 < bands; ++band) {
            *out++ = static_cast<std::uint8_t>(
                (pixels[i + band] * alpha + 255 * (255 - alpha) + 127) / 255);
        }
    }
}

// One row of 1 to 4 bands into the sink.
class RowReader {
  public:
    RowReader(std::size_t width, std::size_t bands)
        : bands_(bands), flat_(bands % 2 == 0 ? width * (bands - 1) : 0), luma_(width) {}
    void read(std::span<const std::uint8_t> pixels, PictureSink& sink) {
        if (bands_ % 2 == 0) {
            flatten(pixels, bands_, flat_);
            pixels = flat_;
        }
        if (bands_ <= 2) {
            sink.add_row(pixels);
        } else {
            recognise::luma_of_rgb(pixels, luma_);
            sink.add_row(std::span<const float>(luma_));
        }
    }

  private:
    std::size_t bands_;
    std::vector<std::uint8_t> flat_;
    std::vector<float> luma_;
};

// Rows from the region, in this thread. False: the decoder gave up; the sink has what came before.
bool read_rows(VipsImage* image, PictureSink& sink) {
    const Region region(vips_region_new(image));
    const int width = vips_image_get_width(image);
    const int height = vips_image_get_height(image);
    const auto bands = static_cast<std::size_t>(vips_image_get_bands(image));
    RowReader reader(static_cast<std::size_t>(width), bands);
    constexpr int kStrip = 16; // what the loaders themselves read at once
    for (int y = 0; y < height; y += kStrip) {
        const VipsRect strip{0, y, width, std::min(kStrip, height - y)};
        if (region == nullptr || vips_region_prepare(region.get(), &strip) != 0) {
            return false;
        }
        for (int row = y; row < y + strip.height; ++row) {
            reader.read({row_of(*region, row), bands * static_cast<std::size_t>(width)}, sink);
        }
    }
    return true;
}

std::string after_rows(std::uint32_t rows, std::uint32_t height) {
    return ", after row " + std::to_string(rows) + " of " + std::to_string(height);
}

// Whole-frame decoders that failed strictly may still give what they have: once more, leniently.
Decoded decode_leniently(ByteView file, const Loader& loader, PictureSink& sink, Error failure) {
    auto image = load(file, loader, VIPS_FAIL_ON_NONE);
    if (!image) {
        return fail(std::move(failure));
    }
    auto plain = to_eight_bits(*std::move(image));
    if (!plain || !read_rows(plain->get(), sink)) {
        vips_error_clear();
        if (sink.rows() == 0) {
            return fail(std::move(failure));
        }
    }
    vips_error_clear();
    const Errc code = failure.code == Errc::truncated ? Errc::truncated : Errc::damaged;
    return Partial{code, std::move(failure.message)};
}

} // namespace

Result<void> start_vips() {
    g_log_set_default_handler(swallow, nullptr);
    if (vips_init("media_worker") != 0) {
        return fail(Errc::unsupported, "libvips does not start: " + vips_text());
    }
    // Each loader here streams or has its own buffer; should one of another libvips unpack into an
    // image of its own, then in memory and never in a temporary file.
    ::setenv("VIPS_DISC_THRESHOLD", "1000g", 1);
    vips_block_untrusted_set(TRUE);
    vips_concurrency_set(1);
    vips_cache_set_max(0);
    vips_cache_set_max_mem(0);
    vips_cache_set_max_files(0);
    return {};
}

bool vips_decodes(std::string_view format) {
    return loader_of(format) != nullptr;
}

Decoded decode_with_vips(ByteView file, std::string_view format, PictureSink& sink) {
    vips_error_clear();
    const Loader& loader = *loader_of(format);
    auto image = load(file, loader, VIPS_FAIL_ON_ERROR);
    if (!image) {
        return fail(std::move(image).error());
    }
    const PictureHeader header = header_of(image->get(), loader);
    if (auto begun = sink.begin(header); !begun) {
        return fail(std::move(begun).error());
    }
    auto plain = to_eight_bits(*std::move(image));
    if (!plain) {
        return fail(std::move(plain).error());
    }
    if (read_rows(plain->get(), sink)) {
        return std::nullopt;
    }
    std::string text = vips_text();
    const Errc code = code_of(text, file, format, Errc::damaged);
    text += after_rows(sink.rows(), header.height);
    if (sink.rows() == 0) {
        plain->reset();
        return decode_leniently(file, loader, sink, {code, std::move(text)});
    }
    return Partial{code == Errc::truncated ? Errc::truncated : Errc::damaged, std::move(text)};
}

} // namespace rempart::media
