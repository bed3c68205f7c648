// SPDX-License-Identifier: Apache-2.0
#include "recognise/jarosz_axis.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>

namespace rempart::recognise {
namespace {

// The values that one pass of the box filter averages into its output `at`: fewer at the ends.
struct Window {
    std::uint32_t first;
    std::uint32_t last;
    [[nodiscard]] std::uint32_t count() const { return last - first + 1; }
};

Window window_at(std::uint32_t at, std::uint32_t count) {
    const std::uint32_t size =
        (count + 127) / 128;                    // half a sample's share, as there are two passes
    const std::uint32_t ahead = (size + 2) / 2; // the centre included
    const std::uint32_t behind = size - ahead;
    return {at > behind ? at - behind : 0, std::min(at + ahead, count) - 1};
}

// Both passes at `centre` as one weighted sum.
JaroszSample sample_at(std::uint32_t centre, std::uint32_t count) {
    const Window second = window_at(centre, count);
    // The windows of the first pass differ in size only where one meets an end.
    std::uint64_t common = 1;
    for (std::uint32_t i = second.first; i <= second.last; ++i) {
        common = std::lcm(common, std::uint64_t{window_at(i, count).count()});
    }
    JaroszSample sample;
    sample.first = window_at(second.first, count).first;
    sample.weights.resize(window_at(second.last, count).last - sample.first + 1);
    sample.denominator = common * second.count();
    for (std::uint32_t i = second.first; i <= second.last; ++i) {
        const Window first = window_at(i, count);
        for (std::uint32_t j = first.first; j <= first.last; ++j) {
            sample.weights[j - sample.first] += common / first.count();
        }
    }
    return sample;
}

} // namespace

std::array<JaroszSample, kSampleSide> jarosz_axis(std::uint32_t count) {
    std::array<JaroszSample, kSampleSide> axis;
    for (std::size_t k = 0; k < kSampleSide; ++k) {
        axis[k] =
            sample_at(static_cast<std::uint32_t>((2 * k + 1) * count / (2 * kSampleSide)), count);
    }
    return axis;
}

} // namespace rempart::recognise
