// SPDX-License-Identifier: Apache-2.0
#include "rempart/recognise/pdq.hpp"

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <optional>
#include <type_traits>

#include "recognise/jarosz_rows.hpp"
#include "recognise/pdq_samples.hpp"
#include "rempart/recognise/reduced_plane.hpp"

namespace rempart::recognise {
namespace {

constexpr std::array<std::string_view, kOrientations> kOrientationNames{
    "original", "rotate90", "rotate180",  "rotate270",
    "flip_x",   "flip_y",   "flip_plus1", "flip_minus1"};
constexpr std::array<std::string_view, kPdqVariants.size()> kVariantNames{"full", "nearest512",
                                                                          "smooth512"};

// DOWNSAMPLE_DIMS of the reference's pdqio.cpp: both sides become this if either is longer.
constexpr std::uint32_t kNearestSide = kFitSide;

bool is_resized(std::uint32_t width, std::uint32_t height, PdqVariant variant) {
    return variant != PdqVariant::full && std::max(width, height) > kNearestSide;
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
        : width(picture_width), height(picture_height) {
        if (!is_resized(width, height, variant)) {
            filter.emplace(width, height);
        } else if (variant == PdqVariant::nearest512) {
            nearest = true;
            filter.emplace(kNearestSide, kNearestSide);
        } else {
            reduced.emplace(width, height);
        }
    }

    template <typename Value>
    void add(std::span<const Value> luma) {
        assert(luma.size() == width);
        if (row == height) {
            return; // more rows than the picture was said to have: they are not part of it
        }
        if (reduced) {
            add_reduced(luma);
        } else if (nearest) {
            add_nearest(luma);
        } else {
            filter->add(luma);
        }
        ++row;
    }

    void add_reduced(std::span<const std::uint8_t> luma) { reduced->add_row(luma); }
    void add_reduced(std::span<const float> luma) {
        rounded.resize(luma.size());
        round_luma(luma, rounded);
        reduced->add_row(rounded);
    }

    template <typename Value>
    void add_nearest(std::span<const Value> luma) {
        std::array<Value, kNearestSide> small;
        bool filled = false;
        while (filter->rows() < kNearestSide && nearest_source(filter->rows(), height) == row) {
            for (std::uint32_t x = 0; x < kNearestSide && !filled; ++x) {
                small[x] = luma[nearest_source(x, width)];
            }
            filled = true;
            filter->add(std::span<const Value>(small));
        }
    }

    [[nodiscard]] PdqFingerprint fingerprint() {
        if (!reduced) {
            return fingerprint_of(filter->samples());
        }
        const LumaPlane fitted = fit_by_area(reduced->finish());
        return pdq_of_plane(fitted.luma, fitted.width, fitted.height, PdqVariant::full);
    }

    std::uint32_t width;
    std::uint32_t height;
    bool nearest = false;
    std::optional<JaroszRows> filter; ///< Unless the plane is reduced first.
    std::optional<ReducedPlane> reduced;
    std::vector<std::uint8_t> rounded;
    std::uint32_t row = 0;
};

PdqRows::PdqRows(std::uint32_t width, std::uint32_t height, PdqVariant variant)
    : state_(std::make_unique<State>(width, height, variant)) {
    assert(width >= kMinPictureSide && height >= kMinPictureSide);
}
PdqRows::PdqRows(const PdqRows& other) : state_(std::make_unique<State>(*other.state_)) {
}
PdqRows& PdqRows::operator=(const PdqRows& other) {
    *this = PdqRows(other);
    return *this;
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
    return state_->fingerprint();
}

void round_luma(std::span<const float> row, std::span<std::uint8_t> rounded) {
    assert(row.size() == rounded.size());
    for (std::size_t i = 0; i < row.size(); ++i) {
        const float positive = row[i] > 0.0F ? row[i] : 0.0F; // what is no number, too, becomes 0
        rounded[i] = static_cast<std::uint8_t>((positive < 255.0F ? positive : 255.0F) + 0.5F);
    }
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
