// SPDX-License-Identifier: Apache-2.0
// Any small plane, hashed row by row, is the definition in double precision; a plane that ends
// early is one whose rest is grey.
#include "rempart/recognise/pdq.hpp"

#include <cstdint>
#include <cstdlib>
#include <vector>

#include "recognise/pdq_plain.hpp"

namespace {

using namespace rempart::recognise;

void check(bool holds) {
    if (!holds) {
        std::abort();
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 3) {
        return 0;
    }
    const std::uint32_t width = kMinPictureSide + std::uint32_t{data[0]} * 5;
    const std::uint32_t height = kMinPictureSide + std::uint32_t{data[1]} * 3;
    const PdqVariant variant = kPdqVariants[data[2] % kPdqVariants.size()];
    const std::span<const std::uint8_t> texture(data + 2, size - 2); // repeated over the plane
    const std::size_t rows_given = std::size_t{data[2]} % (height + 1);
    std::vector<std::uint8_t> plane(std::size_t{width} * height, 128);
    PdqRows rows(width, height, variant);
    for (std::size_t y = 0; y < rows_given; ++y) {
        const auto row = std::span(plane).subspan(y * width, width);
        for (std::size_t x = 0; x < width; ++x) {
            row[x] = texture[(y * 7 + x) % texture.size()];
        }
        rows.add_row(std::span<const std::uint8_t>(row));
    }
    const auto got = rows.finish();
    const std::vector<float> luma(plane.begin(), plane.end());
    check(got == pdq_plain<double>(luma, width, height, variant).fingerprint);
    check(got.quality >= 0 && got.quality <= 100);
    return 0;
}
