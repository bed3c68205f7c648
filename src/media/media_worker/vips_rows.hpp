// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// libvips' images as rows of luma: what the decoding of a first and of further frames share.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <vips/vips.h>

#include "media/media_worker/picture_sink.hpp"
#include "rempart/core/bytes.hpp"
#include "rempart/core/result.hpp"

namespace rempart::media {

struct VipsUnref {
    void operator()(gpointer object) const { g_object_unref(object); }
};
using VipsImagePtr = std::unique_ptr<VipsImage, VipsUnref>;

/// How the frames behind the first lie in a file.
enum class FrameLayout : std::uint8_t {
    none,      ///< There are none, or libvips does not know them.
    animation, ///< All of one size, each drawn over the ones before it: read in their order.
    pages,     ///< Pictures of their own, each of its own size, the first one first.
    pictures,  ///< The same, but the first one to be shown is any of them.
};

/// A format: its loader by name, never the sniffing one, and what it keeps of the whole picture.
struct VipsLoader {
    std::string_view format;
    int (*load)(VipsSource*, VipsImage**, ...);
    /// Bytes a pixel that the decoder keeps at once, as measured; 0 if it streams.
    unsigned buffered_bytes_a_pixel;
    FrameLayout frames;
};

/// Null for a format that is not decoded here.
[[nodiscard]] const VipsLoader* vips_loader_of(std::string_view format);

/// Which of the frames, from 0 on.
struct FrameRange {
    int first = 0;
    int count = 1;
    friend bool operator==(const FrameRange&, const FrameRange&) = default;
};

/// \return `malformed`, `truncated`, `unsupported`, `memory`, with libvips' text made harmless
[[nodiscard]] Result<VipsImagePtr> load_vips(ByteView file, const VipsLoader& loader,
                                             VipsFailOn fail_on, FrameRange frames = {});

/// Of one frame, from the header.
[[nodiscard]] PictureHeader header_of(VipsImage* image, const VipsLoader& loader);

/// 8 bits: grey or sRGB, either with alpha behind it. \return `unsupported`
[[nodiscard]] Result<VipsImagePtr> to_eight_bits(VipsImagePtr image);

/// One row of 1 to 4 bands as luma, on white and, if anything of it is transparent, on black.
class VipsRow {
  public:
    VipsRow(std::size_t width, std::size_t bands);
    void read(std::span<const std::uint8_t> pixels);

    [[nodiscard]] bool is_grey() const { return bands_ <= 2; } ///< Then the bytes are exact.
    [[nodiscard]] bool is_opaque() const { return opaque_; }
    /// Valid until the next read. \pre is_grey()
    [[nodiscard]] std::span<const std::uint8_t> grey() const { return grey_; }
    [[nodiscard]] std::span<const std::uint8_t> grey_on_black() const { return black_; }
    /// \pre !is_grey()
    [[nodiscard]] std::span<const float> luma() const { return luma_; }
    [[nodiscard]] std::span<const float> luma_on_black() const { return luma_on_black_; }

  private:
    std::size_t bands_;
    bool opaque_ = true;
    std::vector<std::uint8_t> white_, black_;
    std::span<const std::uint8_t> grey_;
    std::vector<float> luma_, luma_on_black_;
};

/// Calls `take` for each row, in this thread. \return false: the decoder gave up
template <typename Take>
[[nodiscard]] bool each_vips_row(VipsImage* image, const Take& take);

/// What libvips says, made harmless and short; its error buffer is empty then.
[[nodiscard]] std::string take_vips_text();
/// What kind of failure that text tells of.
[[nodiscard]] Errc code_of_vips_text(std::string_view text, ByteView file, std::string_view format,
                                     Errc otherwise);

template <typename Take>
bool each_vips_row(VipsImage* image, const Take& take) {
    const std::unique_ptr<VipsRegion, VipsUnref> region(vips_region_new(image));
    const int width = vips_image_get_width(image);
    const int height = vips_image_get_height(image);
    const auto bands = static_cast<std::size_t>(vips_image_get_bands(image));
    VipsRow row(static_cast<std::size_t>(width), bands);
    constexpr int kStrip = 16; // what the loaders themselves read at once
    for (int top = 0; top < height; top += kStrip) {
        const VipsRect strip{0, top, width, std::min(kStrip, height - top)};
        if (region == nullptr || vips_region_prepare(region.get(), &strip) != 0) {
            return false;
        }
        for (int y = top; y < top + strip.height; ++y) {
            // VIPS_REGION_ADDR at column 0, whose own arithmetic changes signs.
            const VipsPel* const pixels =
                region->data + static_cast<std::ptrdiff_t>(y - region->valid.top) * region->bpl;
            row.read({pixels, bands * static_cast<std::size_t>(width)});
            take(row);
        }
    }
    return true;
}

} // namespace rempart::media
