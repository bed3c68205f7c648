// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// A picture's luma made small while its rows go by, and what is done with the small plane: fitting
/// it into a square by area, and finding the picture within its borders.

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace rempart::recognise {

/// Row after row, 8-bit luma; luma.size() == width * height.
struct LumaPlane {
    std::uint32_t width = 0, height = 0;
    std::vector<std::uint8_t> luma;

    [[nodiscard]] std::span<const std::uint8_t> row(std::uint32_t y) const {
        return std::span(luma).subspan(std::size_t{y} * width, width);
    }
    friend bool operator==(const LumaPlane&, const LumaPlane&) = default;
};

/// The side that `fit_into` fits into, and half of what a reduced plane stays below: what the
/// reference's programs reduce to (ThreatExchange, pdq/cpp/io/pdqio.cpp).
inline constexpr std::uint32_t kFitSide = 512;

/// Takes rows and keeps the rounded means of square boxes of pixels, as large as leave the longer
/// side of the plane at kFitSide and the shorter at kMinPictureSide (pdq.hpp); boxes at the right
/// and lower edge may be cut. A smaller picture is kept as it is. The longer side is so below
/// 2 * kFitSide, save for a very long picture. Memory: at most 8 MiB, 1 MiB as a rule, and 2 bytes
/// a column.
class ReducedPlane {
  public:
    /// \pre width and height are 1 to 65,535: sums are of 16 and 32 bits
    ReducedPlane(std::uint32_t width, std::uint32_t height);

    /// The next row, `width` values; rows past `height` are ignored.
    void add_row(std::span<const std::uint8_t> luma);

    /// After the last row. Boxes of which no row came are mid grey, 128; a cut one is the mean of
    /// the rows that came. Asking twice gives the same.
    [[nodiscard]] const LumaPlane& finish();
    /// The side of a box, in pixels of the picture.
    [[nodiscard]] std::uint32_t pixels_a_box() const { return side_; }

  private:
    void close_boxes();

    std::uint32_t width_, height_, side_;
    std::uint32_t row_ = 0, rows_in_box_ = 0, next_out_ = 0;
    std::vector<std::uint16_t> sums_;
    LumaPlane out_;
};

/// `plane` brought into kFitSide x kFitSide with its aspect kept, each pixel the mean of the area
/// that it covers, rounded. No side becomes shorter than kMinPictureSide. A plane that fits is
/// returned as it is. \pre no side of `plane` is shorter than that, and its area is at most 2^23
[[nodiscard]] LumaPlane fit_by_area(const LumaPlane& plane);

/// Part of a plane.
struct PlaneBox {
    std::uint32_t left = 0, top = 0, width = 0, height = 0;
    friend bool operator==(const PlaneBox&, const PlaneBox&) = default;
};

/// What is taken for a border.
enum class Border : std::uint8_t {
    plain, ///< Bars or a frame of one colour, the same on all sides that have one.
    /// Also bars that carry text, as long as most of each line is their colour, sides of different
    /// colours, and one frame in another. It finds more, and takes more pictures' own edges off.
    captioned,
};

/// The picture within its border, with one line more taken off than the border is thick, because
/// scaling blends there.
/// \return nothing if there is no border, or if what stays is shorter than kMinPictureSide or than
///         a quarter of the plane on a side: a picture that is mostly of one colour is no border.
[[nodiscard]] std::optional<PlaneBox> find_picture(const LumaPlane& plane, Border border);

/// \pre box lies in plane
[[nodiscard]] LumaPlane cut_out(const LumaPlane& plane, const PlaneBox& box);

} // namespace rempart::recognise
