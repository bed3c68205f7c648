// SPDX-License-Identifier: Apache-2.0
#include "media/video_worker/frame_border.hpp"

#include <algorithm>
#include <cassert>
#include <cstddef>

namespace rempart::media {
namespace {

using recognise::LumaPlane;
using recognise::PlaneBox;

// Our choices: encoders leave a black bar below 10 and ring by a little more, and a bar is that
// dark almost everywhere (recognise/picture_border.cpp has the same share of a line).
constexpr std::uint8_t kBlack = 24;
constexpr std::size_t kDarkPercent = 98;

bool is_dark_row(const LumaPlane& plane, std::uint32_t y) {
    const auto row = plane.row(y);
    const auto dark =
        std::ranges::count_if(row, [](std::uint8_t value) { return value <= kBlack; });
    return static_cast<std::size_t>(dark) * 100 >= row.size() * kDarkPercent;
}

bool is_dark_column(const LumaPlane& plane, std::uint32_t x) {
    std::size_t dark = 0;
    for (std::uint32_t y = 0; y < plane.height; ++y) {
        dark += plane.luma[std::size_t{y} * plane.width + x] <= kBlack ? 1U : 0U;
    }
    return dark * 100 >= plane.height * kDarkPercent;
}

bool has_dark_edge(const LumaPlane& plane) {
    return is_dark_row(plane, 0) || is_dark_row(plane, plane.height - 1) ||
           is_dark_column(plane, 0) || is_dark_column(plane, plane.width - 1);
}

// What was taken off is black. The lines of a border are of the colour of its first one.
bool is_black_around(const LumaPlane& plane, const PlaneBox& box) {
    return (box.top == 0 || is_dark_row(plane, 0)) &&
           (box.top + box.height == plane.height || is_dark_row(plane, plane.height - 1)) &&
           (box.left == 0 || is_dark_column(plane, 0)) &&
           (box.left + box.width == plane.width || is_dark_column(plane, plane.width - 1));
}

} // namespace

void FrameBorder::begin_frame(std::uint32_t width, std::uint32_t height) {
    if (!is_open_) {
        return;
    }
    if (!brightest_.luma.empty() && (width != width_ || height != height_)) {
        close();
        return;
    }
    width_ = width;
    height_ = height;
    frame_.emplace(width, height);
    box_side_ = frame_->pixels_a_box();
}

void FrameBorder::add_row(std::span<const std::uint8_t> luma) {
    if (frame_) {
        frame_->add_row(luma);
    }
}

void FrameBorder::end_frame() {
    if (!frame_) {
        return;
    }
    const LumaPlane& plane = frame_->finish();
    if (brightest_.luma.empty()) {
        brightest_ = plane;
    } else {
        std::ranges::transform(
            plane.luma, brightest_.luma, brightest_.luma.begin(),
            [](std::uint8_t now, std::uint8_t before) { return std::max(now, before); });
    }
    frame_.reset();
    if (!has_dark_edge(brightest_)) {
        close();
    }
}

void FrameBorder::close() {
    is_open_ = false;
    frame_.reset();
    brightest_ = {};
}

std::optional<FramePart> FrameBorder::find() const {
    if (!is_open_ || brightest_.luma.empty()) {
        return std::nullopt;
    }
    const auto found = find_picture(brightest_, recognise::Border::plain);
    if (!found || !is_black_around(brightest_, *found)) {
        return std::nullopt;
    }
    PlaneBox box{.left = found->left * box_side_,
                 .top = found->top * box_side_,
                 .width = found->width * box_side_,
                 .height = found->height * box_side_};
    box.width = std::min(box.width, width_ - box.left); // the last boxes may be cut
    box.height = std::min(box.height, height_ - box.top);
    return FramePart{.width = width_, .height = height_, .box = box};
}

} // namespace rempart::media
