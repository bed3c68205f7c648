// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// A small grey picture made while the rows of a large one go by.

#include <cstdint>
#include <span>
#include <vector>

#include "rempart/core/bytes.hpp"

namespace rempart::media {

/// The longest side of a thumbnail in pixels, and its JPEG quality. Our choice: enough to tell
/// pictures apart, too little to be the picture; some 3 KB each.
inline constexpr std::uint32_t kThumbnailSide = 160;
inline constexpr int kThumbnailQuality = 70;

/// Averages boxes of pixels: box i covers the columns (rows) i*w/tw to (i+1)*w/tw; of a high box
/// every so many rows, at least 8. A picture no larger than a thumbnail keeps its size. Same rows,
/// same bytes.
class Thumbnail {
  public:
    /// \pre width and height at least 1.
    Thumbnail(std::uint32_t width, std::uint32_t height);
    /// The next row from the top, `width` values; further ones than `height` are ignored.
    void add_row(std::span<const std::uint8_t> luma);
    /// The JPEG file; rows that did not come are mid grey. Empty if the encoder failed.
    [[nodiscard]] Bytes finish();

    [[nodiscard]] std::uint32_t width() const { return out_width_; }
    [[nodiscard]] std::uint32_t height() const { return out_height_; }
    [[nodiscard]] std::span<const std::uint8_t> pixels() const { return pixels_; }

  private:
    void widen_sums();
    void close_box_row();

    std::uint32_t width_, height_;
    std::uint32_t out_width_, out_height_;
    std::uint32_t step_; ///< Each step_-th row of a box counts.
    std::uint32_t row_ = 0, out_row_ = 0, box_start_ = 0, rows_in_box_ = 0;
    /// Of the open box row, a column each; the newest rows in 16 bits, which add up faster.
    std::vector<std::uint16_t> short_sums_;
    std::vector<std::uint32_t> sums_;
    std::uint32_t rows_in_sixteen_bits_ = 0;
    std::vector<std::uint8_t> pixels_;
};

} // namespace rempart::media
