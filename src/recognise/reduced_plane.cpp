// SPDX-License-Identifier: Apache-2.0
#include "rempart/recognise/reduced_plane.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstddef>

#include "recognise/instruction_sets.hpp"
#include "recognise/jarosz_kernel.hpp"
#include "rempart/recognise/pdq.hpp"

// g++ vectorises loops of unknown length from -O3 on. All sums are of whole numbers.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("O3")
#endif

namespace rempart::recognise {
namespace {

constexpr std::uint8_t kMissingLuma = 128; // as for the hashes: see pdq.cpp

std::uint32_t boxes_along(std::uint32_t count, std::uint32_t side) {
    return (count + side - 1) / side;
}

/// How much of the input each output covers, in units of which an input is `outputs` wide and an
/// output `inputs` wide: whole numbers, so that sums are exact.
struct Cover {
    std::uint32_t first = 0;            ///< Input.
    std::vector<std::uint32_t> weights; ///< Of the inputs from `first` on; they add up to `inputs`.
};

std::vector<Cover> covers(std::uint32_t inputs, std::uint32_t outputs) {
    std::vector<Cover> all(outputs);
    for (std::uint32_t i = 0; i < outputs; ++i) {
        const std::uint32_t begin = i * inputs;
        const std::uint32_t end = begin + inputs;
        Cover& cover = all[i];
        cover.first = begin / outputs;
        for (std::uint32_t j = cover.first; j * outputs < end; ++j) {
            cover.weights.push_back(std::min(end, (j + 1) * outputs) -
                                    std::max(begin, j * outputs));
        }
    }
    return all;
}

REMPART_CLONES("default", "avx2")
void add_weighted(std::span<const std::uint8_t> row, std::uint32_t weight,
                  std::span<std::uint32_t> sums) {
    const std::uint8_t* const from = row.data();
    std::uint32_t* const to = sums.data();
    const std::size_t count = row.size();
    for (std::size_t i = 0; i < count; ++i) {
        to[i] += weight * from[i];
    }
}

/// out[i] = the rounded mean of a whole box, whose columns' sums over `rows` rows are given.
template <std::uint32_t Side>
void means_of(const std::uint16_t* sums, std::span<std::uint8_t> out, std::uint32_t rows) {
    const std::uint32_t pixels = Side * rows;
    // Exact: the factor is too large by less than 1, which times a sum below 2^16 stays below what
    // the next whole mean is away, 2^32 / 256.
    const std::uint64_t factor = ((std::uint64_t{1} << 32) + pixels - 1) / pixels;
    for (std::uint8_t& mean : out) {
        std::uint32_t sum = pixels / 2;
        for (std::uint32_t x = 0; x < Side; ++x) {
            sum += sums[x];
        }
        sums += Side;
        mean = static_cast<std::uint8_t>(sum * factor >> 32);
    }
}

using MeansOf = void (*)(const std::uint16_t*, std::span<std::uint8_t>, std::uint32_t);
/// By the side of a box, for those that photos need: a known side is several times as fast.
constexpr std::array<MeansOf, 17> kMeansOf{
    nullptr,      nullptr,      means_of<2>,  means_of<3>,  means_of<4>,  means_of<5>,
    means_of<6>,  means_of<7>,  means_of<8>,  means_of<9>,  means_of<10>, means_of<11>,
    means_of<12>, means_of<13>, means_of<14>, means_of<15>, means_of<16>};

std::uint32_t fitted(std::uint32_t side, std::uint32_t longest) {
    const std::uint32_t rounded = (side * kFitSide + longest / 2) / longest;
    return std::max(rounded, kMinPictureSide);
}

std::uint32_t box_side(std::uint32_t width, std::uint32_t height) {
    return std::max(1U, std::min(std::max(width, height) / kFitSide,
                                 std::min(width, height) / kMinPictureSide));
}

} // namespace

ReducedPlane::ReducedPlane(std::uint32_t width, std::uint32_t height)
    : width_(width), height_(height), side_(box_side(width, height)), sums_(side_ == 1 ? 0 : width),
      out_{boxes_along(width, side_), boxes_along(height, side_), {}} {
    assert(width > 0 && height > 0 && std::max(width, height) <= 65'535);
    out_.luma.assign(std::size_t{out_.width} * out_.height, kMissingLuma);
}

void ReducedPlane::add_row(std::span<const std::uint8_t> luma) {
    assert(luma.size() == width_);
    if (row_ == height_) {
        return;
    }
    ++row_;
    if (side_ == 1) {
        std::ranges::copy(luma, out_.luma.begin() + std::ptrdiff_t{next_out_} * out_.width);
        ++next_out_;
        return;
    }
    add_to_group(luma, 1, sums_); // at most 127 rows: the sums fit
    ++rows_in_box_;
    if (rows_in_box_ == side_ || row_ == height_) {
        close_boxes();
    }
}

void ReducedPlane::close_boxes() {
    std::uint8_t* const out = out_.luma.data() + std::size_t{next_out_} * out_.width;
    std::uint32_t i = 0;
    if (side_ < kMeansOf.size()) {
        i = width_ / side_; // the whole boxes
        kMeansOf[side_](sums_.data(), std::span(out, i), rows_in_box_);
    }
    for (; i < out_.width; ++i) {
        const std::uint32_t from = i * side_;
        const std::uint32_t to = std::min(from + side_, width_);
        std::uint32_t sum = 0;
        for (std::uint32_t x = from; x < to; ++x) {
            sum += sums_[x];
        }
        const std::uint32_t pixels = (to - from) * rows_in_box_;
        out[i] = static_cast<std::uint8_t>((sum + pixels / 2) / pixels);
    }
    std::ranges::fill(sums_, std::uint16_t{0});
    rows_in_box_ = 0;
    ++next_out_;
}

const LumaPlane& ReducedPlane::finish() {
    if (rows_in_box_ > 0) {
        close_boxes();
    }
    return out_;
}

LumaPlane fit_by_area(const LumaPlane& plane) {
    const std::uint32_t longest = std::max(plane.width, plane.height);
    if (longest <= kFitSide) {
        return plane;
    }
    assert(std::min(plane.width, plane.height) >= kMinPictureSide);
    LumaPlane out{fitted(plane.width, longest), fitted(plane.height, longest), {}};
    out.luma.reserve(std::size_t{out.width} * out.height);
    const std::vector<Cover> across = covers(plane.width, out.width);
    const std::uint32_t area = plane.width * plane.height; // 255 times it fits: see \pre
    assert(area <= 1U << 23);
    std::vector<std::uint32_t> sums(plane.width);
    for (const Cover& down : covers(plane.height, out.height)) {
        std::ranges::fill(sums, 0U);
        for (std::size_t k = 0; k < down.weights.size(); ++k) {
            add_weighted(plane.row(down.first + static_cast<std::uint32_t>(k)), down.weights[k],
                         sums);
        }
        for (const Cover& cover : across) {
            std::uint32_t sum = area / 2;
            for (std::size_t k = 0; k < cover.weights.size(); ++k) {
                sum += cover.weights[k] * sums[cover.first + k];
            }
            out.luma.push_back(static_cast<std::uint8_t>(sum / area));
        }
    }
    return out;
}

LumaPlane cut_out(const LumaPlane& plane, const PlaneBox& box) {
    assert(box.left + box.width <= plane.width && box.top + box.height <= plane.height);
    LumaPlane out{box.width, box.height, {}};
    out.luma.reserve(std::size_t{box.width} * box.height);
    for (std::uint32_t y = box.top; y < box.top + box.height; ++y) {
        const auto row = plane.row(y).subspan(box.left, box.width);
        out.luma.insert(out.luma.end(), row.begin(), row.end());
    }
    return out;
}

} // namespace rempart::recognise
