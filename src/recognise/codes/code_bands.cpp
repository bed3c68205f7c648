// SPDX-License-Identifier: Apache-2.0
#include "recognise/codes/code_bands.hpp"

#include <algorithm>

#include "rempart/recognise/code_index.hpp"

namespace rempart::recognise {
namespace {

void append_flips(std::uint32_t flipped, unsigned from, unsigned width, int radius,
                  std::vector<std::uint32_t>& out) {
    out.push_back(flipped);
    for (unsigned bit = from; bit < width && radius > 0; ++bit) {
        append_flips(flipped | std::uint32_t{1} << bit, bit + 1, width, radius - 1, out);
    }
}

} // namespace

CodeBands::CodeBands(unsigned count) : bands_(count), narrow_(256 / count) {
    assert(count >= kFewest && count <= kMost);
    unsigned offset = 0;
    for (unsigned band = 0; band < count; ++band) { // the wide ones first: they get the radii
        bands_[band] = {.offset = offset, .width = narrow_ + (band < 256 % count ? 1 : 0)};
        offset += bands_[band].width;
    }
    const auto most = static_cast<unsigned>(CodeIndex::kMaxBandedRadius) / count;
    for (unsigned wider = 0; wider < 2; ++wider) {
        for (unsigned radius = 0; radius <= most; ++radius) {
            auto& flips = flips_[wider][radius];
            append_flips(0, 0, narrow_ + wider, static_cast<int>(radius), flips);
            std::ranges::sort(flips);
        }
    }
}

unsigned best_band_count(std::uint64_t codes) {
    if (codes < CodeIndex::kMinIndexed) {
        return 0;
    }
    constexpr std::uint64_t kMillion = 1'000'000;
    // 14 answer as fast as 12 up to here, with a tenth of the tables.
    return codes < kMillion / 4 ? 16 : codes < 3 * kMillion ? 14 : codes < 16 * kMillion ? 12 : 10;
}

} // namespace rempart::recognise
