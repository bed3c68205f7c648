// SPDX-License-Identifier: Apache-2.0
#include "rempart/recognise/pdq.hpp"

#include <algorithm>
#include <cassert>
#include <cstddef>

#include "recognise/jarosz_rows.hpp"
#include "recognise/pdq_samples.hpp"

namespace rempart::recognise {
namespace {

constexpr std::array<std::string_view, kOrientations> kOrientationNames{
    "original", "rotate90", "rotate180",  "rotate270",
    "flip_x",   "flip_y",   "flip_plus1", "flip_minus1"};
constexpr std::array<std::string_view, kPdqVariants.size()> kVariantNames{"full", "nearest512"};

// DOWNSAMPLE_DIMS of the reference's pdqio.cpp: both sides become this if either is longer.
constexpr std::uint32_t kNearestSide = 512;

bool is_resized(std::uint32_t width, std::uint32_t height, PdqVariant variant) {
    return variant == PdqVariant::nearest512 && std::max(width, height) > kNearestSide;
}

// Which of `count` values the reference's resize takes for the output `at`. Source: CImg 2.x,
// get_resize with interpolation type 1: position 0 first, then floor((at + 1) * count / 512) for
// the next one; the division is by a power of two, so its doubles are exact.
std::uint32_t nearest_source(std::uint32_t at, std::uint32_t count) {
    return static_cast<std::uint32_t>(std::uint64_t{at} * count / kNearestSide);
}

// What the reference gives a row that a damaged file lacks is not defined: mid grey is our choice,
// as libjpeg's.
constexpr std::uint8_t kMissingLuma = 128;

} // namespace

std::string_view name(Orientation orientation) noexcept {
    return kOrientationNames[static_cast<std::size_t>(orientation)];
}

std::optional<Orientation> orientation_named(std::string_view name) noexcept {
    const auto* const found = std::ranges::find(kOrientationNames, name);
    if (found == kOrientationNames.end()) {
        return std::nullopt;
    }
    return static_cast<Orientation>(found - kOrientationNames.begin());
}

std::string_view name(PdqVariant variant) noexcept {
    return kVariantNames[static_cast<std::size_t>(variant)];
}

struct PdqRows::State {
    State(std::uint32_t picture_width, std::uint32_t picture_height, PdqVariant variant)
        : width(picture_width), height(picture_height),
          resized(is_resized(picture_width, picture_height, variant)),
          filter(resized ? kNearestSide : picture_width, resized ? kNearestSide : picture_height) {}

    template <typename Value>
    void add(std::span<const Value> luma) {
        assert(luma.size() == width);
        if (row == height) {
            return; // more rows than the picture was said to have: they are not part of it
        }
        if (resized) {
            add_nearest(luma);
        } else {
            filter.add(luma);
        }
        ++row;
    }

    template <typename Value>
    void add_nearest(std::span<const Value> luma) {
        std::array<Value, kNearestSide> small;
        bool filled = false;
        while (filter.rows() < kNearestSide && nearest_source(filter.rows(), height) == row) {
            for (std::uint32_t x = 0; x < kNearestSide && !filled; ++x) {
                small[x] = luma[nearest_source(x, width)];
            }
            filled = true;
            filter.add(std::span<const Value>(small));
        }
    }

    std::uint32_t width;
    std::uint32_t height;
    bool resized;
    JaroszRows filter;
    std::uint32_t row = 0;
};

PdqRows::PdqRows(std::uint32_t width, std::uint32_t height, PdqVariant variant)
    : state_(std::make_unique<State>(width, height, variant)) {
    assert(width >= kMinPictureSide && height >= kMinPictureSide);
}
PdqRows::PdqRows(PdqRows&&) noexcept = default;
PdqRows& PdqRows::operator=(PdqRows&&) noexcept = default;
PdqRows::~PdqRows() = default;

void PdqRows::add_row(std::span<const std::uint8_t> luma) {
    state_->add(luma);
}

void PdqRows::add_row(std::span<const float> luma) {
    state_->add(luma);
}

PdqFingerprint PdqRows::finish() {
    if (state_->row < state_->height) {
        const std::vector<std::uint8_t> missing(state_->width, kMissingLuma);
        while (state_->row < state_->height) {
            state_->add(std::span<const std::uint8_t>(missing));
        }
    }
    return fingerprint_of(state_->filter.samples());
}

// The order of the additions is the reference's (fillFloatLumaFromRGB): it decides the last bit.
void luma_of_rgb(std::span<const std::uint8_t> rgb, std::span<float> luma) {
    assert(rgb.size() == 3 * luma.size());
    for (std::size_t i = 0; i < luma.size(); ++i) {
        luma[i] = 0.299F * static_cast<float>(rgb[3 * i]) +
                  0.587F * static_cast<float>(rgb[3 * i + 1]) +
                  0.114F * static_cast<float>(rgb[3 * i + 2]);
    }
}

PdqFingerprint pdq_of_plane(std::span<const std::uint8_t> luma, std::uint32_t width,
                            std::uint32_t height, PdqVariant variant) {
    assert(luma.size() == std::size_t{width} * height);
    PdqRows rows(width, height, variant);
    for (std::size_t y = 0; y < height; ++y) {
        rows.add_row(luma.subspan(y * width, width));
    }
    return rows.finish();
}

} // namespace rempart::recognise
