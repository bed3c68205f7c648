// SPDX-License-Identifier: Apache-2.0
#include "recognise/pdq_plain.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

// Debug builds of the tests run this hundreds of times.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("O2")
#endif

namespace rempart::recognise {
namespace {

template <typename Real>
struct Plane {
    std::size_t width;
    std::size_t height;
    std::vector<Real> values;
};

// One line of `count` values, `stride` apart.
struct Line {
    std::size_t start;
    std::size_t count;
    std::size_t stride;
};

// A sliding mean; at both ends over the part of the window that there is.
template <typename Real>
void box(const Real* in, Real* out, Line line, std::size_t window) {
    const std::size_t ahead = (window + 2) / 2; // of the window, the centre included
    const std::size_t behind = window - ahead;
    Real sum = 0;
    for (std::size_t i = 0; i + 1 < ahead; ++i) {
        sum += in[line.start + i * line.stride];
    }
    for (std::size_t i = 0; i < line.count; ++i) {
        if (i + ahead - 1 < line.count) {
            sum += in[line.start + (i + ahead - 1) * line.stride];
        }
        if (i > behind) {
            sum -= in[line.start + (i - behind - 1) * line.stride];
        }
        const std::size_t first = i > behind ? i - behind : 0;
        const std::size_t end = std::min(i + ahead, line.count);
        out[line.start + i * line.stride] = sum / static_cast<Real>(end - first);
    }
}

template <typename Real>
void jarosz(Plane<Real>& plane) {
    const std::size_t across = (plane.width + 127) / 128;
    const std::size_t down = (plane.height + 127) / 128;
    std::vector<Real> other(plane.values.size());
    for (int pass = 0; pass < 2; ++pass) {
        for (std::size_t y = 0; y < plane.height; ++y) {
            box(plane.values.data(), other.data(), {y * plane.width, plane.width, 1}, across);
        }
        for (std::size_t x = 0; x < plane.width; ++x) {
            box(other.data(), plane.values.data(), {x, plane.height, plane.width}, down);
        }
    }
}

template <typename Real>
std::array<float, std::size_t{64} * 64> decimate(const Plane<Real>& plane) {
    std::array<float, std::size_t{64} * 64> out{};
    for (std::size_t i = 0; i < 64; ++i) {
        const std::size_t y = (2 * i + 1) * plane.height / 128;
        for (std::size_t j = 0; j < 64; ++j) {
            const std::size_t x = (2 * j + 1) * plane.width / 128;
            out[i * 64 + j] = static_cast<float>(plane.values[y * plane.width + x]);
        }
    }
    return out;
}

int quality_of(const std::array<float, std::size_t{64} * 64>& samples) {
    int sum = 0;
    for (std::size_t i = 0; i < 63; ++i) {
        for (std::size_t j = 0; j < 64; ++j) {
            const float down = samples[i * 64 + j] - samples[(i + 1) * 64 + j];
            const float across = samples[j * 64 + i] - samples[j * 64 + i + 1];
            sum += std::abs(static_cast<int>(down * 100 / 255));
            sum += std::abs(static_cast<int>(across * 100 / 255));
        }
    }
    const int quality = sum / 90;
    return quality > 100 ? 100 : quality;
}

std::array<float, std::size_t{16} * 16> dct(const std::array<float, std::size_t{64} * 64>& a) {
    constexpr double kPi = 3.14159265358979323846;
    const float scale = std::sqrt(2.0F / 64.0F);
    std::vector<float> d(std::size_t{16} * 64);
    for (std::size_t i = 0; i < 16; ++i) {
        for (std::size_t j = 0; j < 64; ++j) {
            d[i * 64 + j] =
                static_cast<float>(static_cast<double>(scale) *
                                   std::cos((kPi / 2.0 / 64.0) * static_cast<double>(i + 1) *
                                            static_cast<double>(2 * j + 1)));
        }
    }
    std::vector<float> t(std::size_t{16} * 64);
    const float* const matrix = d.data();
    const float* const samples = a.data();
    for (std::size_t i = 0; i < 16; ++i) {
        for (std::size_t j = 0; j < 64; ++j) {
            float sum = 0;
            for (std::size_t k = 0; k < 64; ++k) {
                sum += matrix[i * 64 + k] * samples[k * 64 + j];
            }
            t[i * 64 + j] = sum;
        }
    }
    std::array<float, std::size_t{16} * 16> b{};
    for (std::size_t i = 0; i < 16; ++i) {
        for (std::size_t j = 0; j < 16; ++j) {
            for (std::size_t k = 0; k < 64; ++k) {
                b[i * 16 + j] += t[i * 64 + k] * d[j * 64 + k];
            }
        }
    }
    return b;
}

float median_of(std::array<float, std::size_t{16} * 16> values) {
    std::ranges::sort(values);
    return values[127];
}

PdqHash hash_of(const std::array<float, std::size_t{16} * 16>& b) {
    const float median = median_of(b);
    std::string digits(64, '0');
    for (std::size_t k = 0; k < 256; ++k) {
        if (b[k] > median) {
            char& digit = digits[63 - k / 4];
            const int value = (digit <= '9' ? digit - '0' : digit - 'a' + 10) | (1 << (k % 4));
            digit = "0123456789abcdef"[value];
        }
    }
    return *PdqHash::from_hex(digits);
}

// The coefficients of the turned picture, as the comments of dct16OriginalTo... tabulate them.
std::array<float, std::size_t{16} * 16> turn(const std::array<float, std::size_t{16} * 16>& a,
                                             Orientation to) {
    std::array<float, std::size_t{16} * 16> b{};
    for (std::size_t i = 0; i < 16; ++i) {
        for (std::size_t j = 0; j < 16; ++j) {
            const float value = a[i * 16 + j];
            const float by_row = i % 2 == 1 ? value : -value;
            const float by_column = j % 2 == 1 ? value : -value;
            const float by_both = (i + j) % 2 == 1 ? -value : value;
            switch (to) {
            case Orientation::original: b[i * 16 + j] = value; break;
            case Orientation::rotate90: b[j * 16 + i] = by_column; break;
            case Orientation::rotate180: b[i * 16 + j] = by_both; break;
            case Orientation::rotate270: b[j * 16 + i] = by_row; break;
            case Orientation::flip_x: b[i * 16 + j] = by_row; break;
            case Orientation::flip_y: b[i * 16 + j] = by_column; break;
            case Orientation::flip_plus1: b[j * 16 + i] = value; break;
            case Orientation::flip_minus1: b[j * 16 + i] = by_both; break;
            }
        }
    }
    return b;
}

// The means of square boxes, rounded.
template <typename Real>
Plane<Real> boxes(const Plane<Real>& plane) {
    const std::size_t side =
        std::max<std::size_t>(1, std::min(std::max(plane.width, plane.height) / 512,
                                          std::min(plane.width, plane.height) / 64));
    Plane<Real> out{(plane.width + side - 1) / side, (plane.height + side - 1) / side, {}};
    for (std::size_t top = 0; top < plane.height; top += side) {
        for (std::size_t left = 0; left < plane.width; left += side) {
            std::uint64_t sum = 0;
            std::uint64_t count = 0;
            for (std::size_t y = top; y < std::min(top + side, plane.height); ++y) {
                for (std::size_t x = left; x < std::min(left + side, plane.width); ++x) {
                    sum +=
                        static_cast<std::uint64_t>(plane.values[y * plane.width + x] + Real(0.5));
                    ++count;
                }
            }
            out.values.push_back(static_cast<Real>((2 * sum + count) / (2 * count)));
        }
    }
    return out;
}

// How much of each of `inputs` lies in the output `at` of `outputs`, counted piece by piece.
std::vector<std::uint64_t> shares(std::size_t inputs, std::size_t outputs, std::size_t at) {
    std::vector<std::uint64_t> all(inputs);
    for (std::size_t piece = at * inputs; piece < (at + 1) * inputs; ++piece) {
        ++all[piece / outputs];
    }
    return all;
}

template <typename Real>
Plane<Real> fitted(const Plane<Real>& plane) {
    const std::size_t longest = std::max(plane.width, plane.height);
    const auto side = [&](std::size_t from) {
        return std::max<std::size_t>(64, (2 * from * 512 + longest) / (2 * longest));
    };
    Plane<Real> out{side(plane.width), side(plane.height), {}};
    std::vector<std::vector<std::uint64_t>> across;
    for (std::size_t x = 0; x < out.width; ++x) {
        across.push_back(shares(plane.width, out.width, x));
    }
    for (std::size_t y = 0; y < out.height; ++y) {
        const auto down = shares(plane.height, out.height, y);
        std::vector<std::uint64_t> row(plane.width);
        for (std::size_t v = 0; v < plane.height; ++v) {
            for (std::size_t u = 0; u < plane.width && down[v] > 0; ++u) {
                row[u] += down[v] * static_cast<std::uint64_t>(plane.values[v * plane.width + u]);
            }
        }
        for (const auto& of_pixel : across) {
            std::uint64_t sum = 0;
            for (std::size_t u = 0; u < plane.width; ++u) {
                sum += of_pixel[u] * row[u];
            }
            const std::uint64_t area = plane.width * plane.height;
            out.values.push_back(static_cast<Real>((sum + area / 2) / area));
        }
    }
    return out;
}

template <typename Real>
Plane<Real> resized(const Plane<Real>& plane, PdqVariant variant) {
    if (variant == PdqVariant::smooth512) {
        return fitted(boxes(plane));
    }
    Plane<Real> small{512, 512, {}};
    for (std::size_t y = 0; y < 512; ++y) {
        for (std::size_t x = 0; x < 512; ++x) {
            small.values.push_back(
                plane.values[y * plane.height / 512 * plane.width + x * plane.width / 512]);
        }
    }
    return small;
}

} // namespace

template <typename Real>
PdqPlain<Real> pdq_plain(std::span<const float> luma, std::uint32_t width, std::uint32_t height,
                         PdqVariant variant) {
    Plane<Real> plane{width, height, {luma.begin(), luma.end()}};
    if (variant != PdqVariant::full && (width > 512 || height > 512)) {
        plane = resized(plane, variant);
    }
    if (plane.width != 64 || plane.height != 64) {
        jarosz(plane);
    }
    PdqPlain<Real> result;
    result.samples = decimate(plane);
    result.coefficients = dct(result.samples);
    result.median = median_of(result.coefficients);
    for (std::size_t k = 0; k < kOrientations; ++k) {
        result.fingerprint.hashes[k] =
            hash_of(turn(result.coefficients, static_cast<Orientation>(k)));
    }
    result.gradients = quality_of(result.samples);
    for (const float value : result.coefficients) {
        result.decided_bits += std::abs(value - result.median) > 2 ? 1 : 0;
    }
    result.fingerprint.quality = result.decided_bits < 168 ? 0 : result.gradients;
    return result;
}

template PdqPlain<float> pdq_plain<float>(std::span<const float>, std::uint32_t, std::uint32_t,
                                          PdqVariant);
template PdqPlain<double> pdq_plain<double>(std::span<const float>, std::uint32_t, std::uint32_t,
                                            PdqVariant);

} // namespace rempart::recognise
