// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdlib>

#include "rempart/recognise/pdq.hpp"
#include "rempart/recognise/reduced_plane.hpp"

namespace rempart::recognise {
namespace {

// Our choices. JPEG leaves a bar of one colour within a few steps of it, and rings by more along
// the picture's edge; a bar begins with a line that is that colour almost everywhere.
constexpr int kSameColour = 12;
constexpr std::uint32_t kPlainShare = 98;   // percent of a line
constexpr std::uint32_t kCaptionShare = 55; // percent: a line of text leaves more than half free
constexpr int kMostNested = 4;              // a frame in a bar in a frame …
constexpr std::uint32_t kLeastBorder = 100; // one part in so many of the side: else it is an edge

enum class Edge : std::uint8_t { top, bottom, left, right };
constexpr std::array kEdges{Edge::top, Edge::bottom, Edge::left, Edge::right};

bool is_row(Edge edge) {
    return edge == Edge::top || edge == Edge::bottom;
}

/// The lines of a box from one edge inwards.
class Lines {
  public:
    Lines(const LumaPlane& plane, const PlaneBox& box, Edge edge)
        : plane_(plane), box_(box), edge_(edge) {}

    [[nodiscard]] std::uint32_t count() const { return is_row(edge_) ? box_.height : box_.width; }

    /// The values of the line `at` lines from the edge; valid until the next call.
    std::span<const std::uint8_t> line(std::uint32_t at) {
        if (edge_ == Edge::bottom || edge_ == Edge::right) {
            at = count() - 1 - at;
        }
        if (is_row(edge_)) {
            return plane_.row(box_.top + at).subspan(box_.left, box_.width);
        }
        column_.clear();
        for (std::uint32_t y = box_.top; y < box_.top + box_.height; ++y) {
            column_.push_back(plane_.luma[std::size_t{y} * plane_.width + box_.left + at]);
        }
        return column_;
    }

  private:
    const LumaPlane& plane_;
    PlaneBox box_;
    Edge edge_;
    std::vector<std::uint8_t> column_;
};

int median_of(std::span<const std::uint8_t> line) {
    std::array<std::uint32_t, 256> counts{};
    for (const std::uint8_t value : line) {
        ++counts[value];
    }
    std::size_t below = 0;
    int value = 0;
    while (below + counts[static_cast<std::size_t>(value)] <= line.size() / 2) {
        below += counts[static_cast<std::size_t>(value++)];
    }
    return value;
}

bool is_colour(std::span<const std::uint8_t> line, int colour, std::uint32_t percent) {
    const auto same = static_cast<std::size_t>(std::ranges::count_if(
        line, [&](std::uint8_t value) { return std::abs(int{value} - colour) <= kSameColour; }));
    return same * 100 >= line.size() * percent;
}

/// How many lines at the edge are border; the whole count if there is nothing else.
std::uint32_t border_lines(Lines& lines, int colour, std::uint32_t percent) {
    std::uint32_t at = 1;
    while (at < lines.count() && is_colour(lines.line(at), colour, percent)) {
        ++at;
    }
    return at;
}

void cut(PlaneBox& box, Edge edge, std::uint32_t lines) {
    switch (edge) {
    case Edge::top: box.top += lines; [[fallthrough]];
    case Edge::bottom: box.height -= lines; break;
    case Edge::left: box.left += lines; [[fallthrough]];
    case Edge::right: box.width -= lines; break;
    }
}

} // namespace

namespace {

class Trimming {
  public:
    Trimming(const LumaPlane& plane, Border border)
        : plane_(plane), border_(border), box_{0, 0, plane.width, plane.height} {}

    [[nodiscard]] const PlaneBox& box() const { return box_; }

    /// Takes the border off each edge that has one. \return whether any had
    bool round() {
        const PlaneBox before = box_;
        std::optional<int> colour;
        for (const Edge edge : kEdges) {
            trim(edge, colour);
        }
        return box_ != before;
    }

    /// Whether what stays can be a picture.
    [[nodiscard]] bool is_left() const {
        return box_.width >= std::max(kMinPictureSide, plane_.width / 4) &&
               box_.height >= std::max(kMinPictureSide, plane_.height / 4);
    }

  private:
    // A plain border has one colour on all its sides: another is the picture's own background.
    void trim(Edge edge, std::optional<int>& colour) {
        if (box_.width == 0 || box_.height == 0) {
            return;
        }
        Lines lines(plane_, box_, edge);
        const int own = median_of(lines.line(0));
        if (!is_colour(lines.line(0), own, kPlainShare) ||
            (border_ == Border::plain && colour && std::abs(own - *colour) > kSameColour)) {
            return;
        }
        const std::uint32_t percent = border_ == Border::plain ? kPlainShare : kCaptionShare;
        const std::uint32_t thick = border_lines(lines, own, percent);
        if (thick < 2 || thick * kLeastBorder < lines.count()) {
            return;
        }
        colour = own;
        cut(box_, edge, std::min(thick + 1, lines.count()));
    }

    const LumaPlane& plane_;
    Border border_;
    PlaneBox box_;
};

} // namespace

std::optional<PlaneBox> find_picture(const LumaPlane& plane, Border border) {
    Trimming trimming(plane, border);
    const int rounds = border == Border::plain ? 1 : kMostNested;
    bool found = false;
    for (int round = 0; round < rounds && trimming.is_left() && trimming.round(); ++round) {
        found = true;
    }
    return found && trimming.is_left() ? std::optional(trimming.box()) : std::nullopt;
}

} // namespace rempart::recognise
