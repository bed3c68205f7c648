// SPDX-License-Identifier: Apache-2.0
#include "recognise/sets/fuse_filter.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <ranges>

namespace rempart::recognise {
namespace {

// Our choice: a seed fails for 1 of 100 sets of values at most, so a hundred never fail by chance.
constexpr int kMaxSeeds = 100;

// Section 4 of the paper gives the formulas for three places: the length of a segment and the room
// for `values` of them.
FuseShape shape_for(std::size_t values) {
    FuseShape shape;
    const double count = static_cast<double>(std::max<std::size_t>(values, 2));
    const double bits = std::floor(std::log(count) / std::log(3.33) + 2.25);
    shape.segment_bits =
        static_cast<std::uint8_t>(std::clamp(bits, 0.0, double{FuseShape::kMaxBits}));
    const double factor = std::max(1.125, 0.875 + 0.25 * std::log(1e6) / std::log(count));
    const auto room = static_cast<std::uint64_t>(std::llround(count * factor));
    const std::uint64_t length = std::uint64_t{1} << shape.segment_bits;
    const std::uint64_t segments = (room + length - 1) / length;
    shape.segments = static_cast<std::uint32_t>(segments > 2 ? segments - 2 : 1);
    return shape;
}

// The values that have a place at one byte: how many, and all of them xored.
struct Slot {
    std::uint64_t values = 0;
    std::uint32_t count = 0;
};

struct Peeled {
    std::uint64_t value;
    std::uint32_t slot; // the byte that is this value's own
};

using Slots = std::vector<Slot>;

void put(const FuseShape& shape, Slots& slots, std::uint64_t value) {
    for (const std::uint32_t place : shape.places(value).at) {
        slots[place].values ^= value;
        ++slots[place].count;
    }
}

// Takes `value` out again, and notes the bytes at which one other is alone now.
void take_out(const FuseShape& shape, Slots& slots, std::uint64_t value,
              std::vector<std::uint32_t>& alone) {
    for (const std::uint32_t place : shape.places(value).at) {
        Slot& slot = slots[place];
        slot.values ^= value;
        if (--slot.count == 1) {
            alone.push_back(place);
        }
    }
}

// Takes away, again and again, a value that is alone at a byte: that byte can be chosen freely once
// all others of the value are. `order` lacks values in the end if some of them hold one another.
void peel(const FuseShape& shape, Slots& slots, std::vector<Peeled>& order) {
    std::vector<std::uint32_t> alone;
    for (std::uint32_t i = 0; i < slots.size(); ++i) {
        if (slots[i].count == 1) {
            alone.push_back(i);
        }
    }
    while (!alone.empty()) {
        const std::uint32_t at = alone.back();
        alone.pop_back();
        if (slots[at].count == 1) { // else its value was taken away at another byte
            const std::uint64_t value = slots[at].values;
            order.push_back({value, at});
            take_out(shape, slots, value, alone);
        }
    }
}

std::vector<std::uint8_t> assign(const FuseShape& shape, const std::vector<Peeled>& order) {
    std::vector<std::uint8_t> bytes(shape.size_bytes(), 0);
    for (const Peeled& peeled : std::views::reverse(order)) {
        const FusePlaces places = shape.places(peeled.value);
        std::uint8_t wanted = places.fingerprint;
        for (const std::uint32_t place : places.at) {
            wanted ^= bytes[place]; // its own is still zero
        }
        bytes[peeled.slot] = wanted;
    }
    return bytes;
}

} // namespace

std::optional<FuseFilter> make_fuse_filter(std::vector<std::uint64_t>& values,
                                           std::uint64_t number) {
    assert(!values.empty() && values.size() <= std::size_t{1} << 22U);
    // The same value twice would never be alone.
    std::ranges::sort(values);
    values.erase(std::ranges::unique(values).begin(), values.end());
    FuseShape shape = shape_for(values.size());
    Slots slots;
    std::vector<Peeled> order;
    order.reserve(values.size());
    for (std::uint64_t attempt = 0; attempt < kMaxSeeds; ++attempt) {
        shape.seed = mix_bits(number * kMaxSeeds + attempt + 1);
        slots.assign(shape.size_bytes(), {});
        order.clear();
        for (const std::uint64_t value : values) {
            put(shape, slots, value);
        }
        peel(shape, slots, order);
        if (order.size() == values.size()) {
            return FuseFilter{.shape = shape, .bytes = assign(shape, order)};
        }
    }
    return std::nullopt;
}

} // namespace rempart::recognise
