// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The black bars of a video: what stays dark in all of its frames at an edge. One frame does not
/// tell, because a dark scene looks like a bar.

#include <cstdint>
#include <optional>
#include <span>

#include "rempart/recognise/reduced_plane.hpp"

namespace rempart::media {

/// The picture within the bars, in pixels of frames of that size.
struct FramePart {
    std::uint32_t width = 0, height = 0; ///< Of a whole frame.
    recognise::PlaneBox box;
    friend bool operator==(const FramePart&, const FramePart&) = default;
};

/// Takes the luma of frames, row by row, and keeps for each place the brightest it ever was, in a
/// plane made small (ReducedPlane). Once no edge is dark any more there is nothing to find, and
/// nothing more is kept: most videos cost a few frames. Memory: two such planes.
class FrameBorder {
  public:
    void begin_frame(std::uint32_t width, std::uint32_t height);
    void add_row(std::span<const std::uint8_t> luma);
    /// After the last row of a frame.
    void end_frame();

    /// \return nothing if there are no bars (recognise::find_picture, of one colour, which is
    ///         black), if frames differ in size, or if there is no frame.
    [[nodiscard]] std::optional<FramePart> find() const;

  private:
    void close();

    bool is_open_ = true;
    std::uint32_t width_ = 0, height_ = 0, box_side_ = 1;
    std::optional<recognise::ReducedPlane> frame_;
    recognise::LumaPlane brightest_;
};

} // namespace rempart::media
