// SPDX-License-Identifier: Apache-2.0
#include "media/variant_names.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <system_error>

#include "media/picture_protocol.hpp"

namespace rempart::media {
namespace {

// recognise::PdqVariant's names; this module's main part does not hash.
constexpr std::array<std::string_view, 3> kPixels{"full", "nearest512", "smooth512"};
constexpr std::string_view kFrame = "-frame";

bool is_suffix(std::string_view text) {
    if (text.empty() || text == kUnorientedSuffix || text == kOnBlackSuffix) {
        return true;
    }
    if (!text.starts_with(kFrame)) {
        return false;
    }
    text.remove_prefix(kFrame.size());
    std::uint32_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end == text.data() + text.size() && text.front() != '0' &&
           number >= 1 && number <= kMaxFrames;
}

} // namespace

std::string frame_suffix(std::uint32_t number) {
    return std::string(kFrame) + std::to_string(number);
}

bool is_variant_name(std::string_view name) noexcept {
    return name == kTrimmedVariant || name == kUncaptionedVariant ||
           std::ranges::any_of(kPixels, [&](std::string_view pixels) {
               return name.starts_with(pixels) && is_suffix(name.substr(pixels.size()));
           });
}

} // namespace rempart::media
