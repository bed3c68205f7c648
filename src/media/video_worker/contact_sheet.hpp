// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Up to nine small grey pictures of a video on one sheet: those that differ most from each other,
/// so that a person sees at a glance what there is in it.

#include <cstdint>
#include <vector>

#include "rempart/core/bytes.hpp"
#include "rempart/recognise/pdq_hash.hpp"

namespace rempart::media {

/// Our choices: tiles of the size of a thumbnail, three in a row, some 20 KB in all.
inline constexpr std::uint32_t kTileSide = 160;
inline constexpr std::size_t kTiles = 9;
inline constexpr std::size_t kTilesInARow = 3;

/// A small picture, made from a large one's rows by averaging boxes of pixels.
class Tile {
  public:
    Tile(std::uint32_t width, std::uint32_t height);
    void add_row(std::span<const std::uint8_t> luma);
    /// Turned clockwise by 0, 90, 180 or 270 degrees.
    void turn(int degrees);
    [[nodiscard]] std::uint32_t width() const { return out_width_; }
    [[nodiscard]] std::uint32_t height() const { return out_height_; }
    [[nodiscard]] std::span<const std::uint8_t> pixels() const { return pixels_; }

  private:
    void turn_a_quarter();

    std::uint32_t width_, height_, out_width_, out_height_;
    std::uint32_t row_ = 0, rows_in_box_ = 0;
    std::vector<std::uint32_t> sums_;
    std::vector<std::uint8_t> pixels_;
};

class ContactSheet {
  public:
    /// Whether a frame of that look would be kept; then `add` it.
    [[nodiscard]] bool wants(const recognise::PdqHash& hash, bool is_clear) const;
    void add(std::int64_t at_ms, const recognise::PdqHash& hash, bool is_clear, Tile tile);
    /// A JPEG file; empty without a frame, or if the encoder failed. Same frames, same bytes.
    [[nodiscard]] Bytes finish();

  private:
    struct Kept {
        std::int64_t at_ms;
        recognise::PdqHash hash;
        bool is_clear; ///< Of a quality that counts.
        Tile tile;
    };
    [[nodiscard]] int nearest(const recognise::PdqHash& hash, std::size_t except) const;
    [[nodiscard]] std::size_t least() const;

    std::vector<Kept> kept_;
};

/// \param luma rows of `width` values. Empty if the encoder failed.
[[nodiscard]] Bytes encode_grey_picture(std::span<const std::uint8_t> luma, std::uint32_t width,
                                        std::uint32_t height);

} // namespace rempart::media
