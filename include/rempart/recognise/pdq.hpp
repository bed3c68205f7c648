// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// PDQ of a picture's luma plane, in one pass over its rows.
///
/// Source: "The TMK+PDQF Video-Hashing Algorithm and the PDQ Image-Hashing Algorithm", Facebook,
/// 2019. The two-pass Jarosz box filter of the definition is linear and separable, and only 64x64
/// of its samples are kept: so 64 row kernels and 64 column kernels are applied to the pixels
/// directly, and the whole filtered plane is never made. The sums are exact, so the result is the
/// same on every machine. `pdq_plain` (src/) is the definition; tests hold the two 0 bits apart.
/// The reference adds up in single precision: its bits are ours, too, save where its own rounding
/// decides, which is where coefficients tie (stripes, checks, flat planes).

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "rempart/core/result.hpp"
#include "rempart/recognise/pdq_hash.hpp"

namespace rempart::recognise {

/// How a picture is turned or mirrored, in the order of the reference's dihedral hashes.
enum class Orientation : std::uint8_t {
    original,
    rotate90,
    rotate180,
    rotate270,
    flip_x,
    flip_y,
    flip_plus1,
    flip_minus1,
};
inline constexpr std::size_t kOrientations = 8;
[[nodiscard]] std::string_view name(Orientation orientation) noexcept;
[[nodiscard]] std::optional<Orientation> orientation_named(std::string_view name) noexcept;

struct PdqFingerprint {
    std::array<PdqHash, kOrientations>
        hashes; ///< By Orientation; the first is the picture as it is.
    /// 0..100: the reference's gradient sum, or 0 if the picture decides fewer than kMinDecidedBits
    /// of the bits.
    int quality = 0;
    [[nodiscard]] const PdqHash& hash() const { return hashes[0]; }
    friend bool operator==(const PdqFingerprint&, const PdqFingerprint&) = default;
};

/// Which pixels are hashed. Lists in the world were made in each of these ways, which differ by 9
/// bits on average and 28 at most: so all are computed and all are looked up.
enum class PdqVariant : std::uint8_t {
    full,       ///< All pixels.
    nearest512, ///< The reference program's: above 512 on a side, nearest neighbour to 512x512.
    /// As programs that make a smooth thumbnail first: above 512 on a side, fitted into 512x512 by
    /// area with the aspect kept (reduced_plane.hpp).
    smooth512,
};
inline constexpr std::array kPdqVariants{PdqVariant::full, PdqVariant::nearest512,
                                         PdqVariant::smooth512};
[[nodiscard]] std::string_view name(PdqVariant variant) noexcept;

/// Below this quality a hash must not match (ThreatExchange, pdq/README.md: discard 49 and less).
inline constexpr int kMinPdqQuality = 50;
/// Our choice: with fewer decided bits than this a hash says too little about its picture. A bit is
/// decided if its coefficient lies so far from the median that re-encoding does not move it across.
/// Stripes, plaids, checks and gradients decide at most 164, also when JPEG adds its noise,
/// pictures that are their own mirror image 128, photos 182 and more (docs/recognition.md).
inline constexpr int kMinDecidedBits = 168;
/// Our choice: a picture with a shorter side below this is an icon, and is not hashed.
inline constexpr std::uint32_t kMinPictureSide = 64;

/// Takes the rows of a picture from top to bottom and hashes them. Memory: 36 bytes a column and 8
/// a row; above 512 on a side nothing that grows with the picture for nearest512, and a reduced
/// plane for smooth512.
class PdqRows {
  public:
    /// \pre width and height at least kMinPictureSide.
    PdqRows(std::uint32_t width, std::uint32_t height, PdqVariant variant);
    PdqRows(const PdqRows& other); ///< With the rows so far.
    PdqRows& operator=(const PdqRows& other);
    PdqRows(PdqRows&&) noexcept;
    PdqRows& operator=(PdqRows&&) noexcept;
    ~PdqRows();

    /// The next row, `width` values of luma 0..255; floats outside are brought into the range, what
    /// is no number counts as 0, and fractions count to 2^-16 (smooth512 above 512 on a side
    /// rounds them). Rows past `height` are ignored.
    void add_row(std::span<const std::uint8_t> luma);
    void add_row(std::span<const float> luma);

    /// After `height` rows. Missing rows (a truncated picture) count as mid grey, 128.
    [[nodiscard]] PdqFingerprint finish();

  private:
    struct State;
    std::unique_ptr<State> state_;
};

/// `row` rounded to whole values 0..255, what is no number to 0. \pre equal sizes
void round_luma(std::span<const float> row, std::span<std::uint8_t> rounded);

/// Luma of 8-bit RGB as the reference has it: 0.299 R + 0.587 G + 0.114 B, not rounded.
void luma_of_rgb(std::span<const std::uint8_t> rgb, std::span<float> luma);

/// The whole plane at once, row after row.
[[nodiscard]] PdqFingerprint pdq_of_plane(std::span<const std::uint8_t> luma, std::uint32_t width,
                                          std::uint32_t height, PdqVariant variant);

} // namespace rempart::recognise
