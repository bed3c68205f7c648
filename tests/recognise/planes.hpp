// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Generated luma planes: harmless pictures of every character that the hashing may meet.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <random>
#include <string_view>
#include <vector>

namespace rempart::recognise {

enum class Pattern { noise, waves, shapes, rings, gradient, stripes, checks, flat };
inline constexpr std::array kPatterns{Pattern::noise,  Pattern::waves,    Pattern::shapes,
                                      Pattern::rings,  Pattern::gradient, Pattern::stripes,
                                      Pattern::checks, Pattern::flat};
inline constexpr std::array<std::string_view, kPatterns.size()> kPatternNames{
    "noise", "waves", "shapes", "rings", "gradient", "stripes", "checks", "flat"};

struct Plane {
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    std::vector<std::uint8_t> luma;

    [[nodiscard]] std::vector<float> floats() const { return {luma.begin(), luma.end()}; }
};

/// Discs and rectangles of random size and grey, as a drawing has them.
inline void draw_shapes(Plane& plane, std::mt19937& rng) {
    const auto below = [&](std::uint32_t bound) {
        return static_cast<std::uint32_t>(rng() % bound);
    };
    for (int shape = 0; shape < 24; ++shape) {
        const std::uint32_t x0 = below(plane.width);
        const std::uint32_t y0 = below(plane.height);
        const std::uint32_t dx = 1 + below(plane.width / 3);
        const std::uint32_t dy = 1 + below(plane.height / 3);
        const auto grey = static_cast<std::uint8_t>(rng() % 256);
        const bool disc = rng() % 2 == 0;
        for (std::uint32_t y = y0; y < std::min(y0 + dy, plane.height); ++y) {
            for (std::uint32_t x = x0; x < std::min(x0 + dx, plane.width); ++x) {
                const double u = 2.0 * (x - x0) / dx - 1;
                const double v = 2.0 * (y - y0) / dy - 1;
                if (!disc || u * u + v * v < 1) {
                    plane.luma[std::size_t{y} * plane.width + x] = grey;
                }
            }
        }
    }
}

inline Plane make_plane(Pattern pattern, std::uint32_t width, std::uint32_t height,
                        std::uint32_t seed) {
    std::mt19937 rng(seed);
    Plane plane{width, height, std::vector<std::uint8_t>(std::size_t{width} * height, 90)};
    const double a = 4.0 + static_cast<double>(rng() % 20);
    const double b = 4.0 + static_cast<double>(rng() % 20);
    for (std::uint32_t y = 0; y < height; ++y) {
        for (std::uint32_t x = 0; x < width; ++x) {
            const double u = static_cast<double>(x) / width;
            const double v = static_cast<double>(y) / height;
            double value = 90;
            switch (pattern) {
            case Pattern::noise: value = static_cast<double>(rng() % 256); break;
            case Pattern::waves:
                value = 128 + 50 * std::sin(a * u + b * v) + 50 * std::cos(a * b * u * v + b * u) +
                        20 * std::sin(3 * a * u * u - 2 * b * v);
                break;
            case Pattern::rings: value = std::fmod(255 * 6 * (u * u + a / b * v * v), 256); break;
            case Pattern::gradient: value = 127 * u + 127 * v; break;
            case Pattern::stripes: value = x * 9 / width % 2 == 0 ? 20 : 220; break;
            case Pattern::checks:
                value = (x * 9 / width + y * 7 / height) % 2 == 0 ? 20 : 220;
                break;
            case Pattern::shapes:
            case Pattern::flat: break;
            }
            plane.luma[std::size_t{y} * width + x] = static_cast<std::uint8_t>(value);
        }
    }
    if (pattern == Pattern::shapes) {
        draw_shapes(plane, rng);
    }
    return plane;
}

} // namespace rempart::recognise
