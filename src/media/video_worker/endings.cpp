// SPDX-License-Identifier: Apache-2.0
#include "media/video_worker/endings.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <optional>
#include <span>

#include "rempart/core/bytes.hpp"
#include "rempart/core/fd.hpp"

namespace rempart::media {
namespace {

constexpr int kMostBoxes = 100'000; // a fragmented recording has two a second

enum class Order : std::uint8_t { big, little };

// `count` bytes at `at` as a number; nothing where the file ends inside them.
std::optional<std::uint64_t> number_at(int descriptor, std::uint64_t at, std::size_t count,
                                       Order order = Order::big) {
    std::array<std::byte, 8> bytes{};
    const auto got = read_at(descriptor, at, std::span(bytes).first(count));
    if (!got || *got != count) {
        return std::nullopt;
    }
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t from = order == Order::big ? i : count - 1 - i;
        value = value << 8 | std::to_integer<std::uint64_t>(bytes[from]);
    }
    return value;
}

// ISO media: boxes of length and name; a length of 0 goes to the end, 1 has 64 bits behind.
bool boxes_end_early(int descriptor, std::uint64_t size_bytes) {
    std::uint64_t at = 0;
    for (int boxes = 0; at < size_bytes && boxes < kMostBoxes; ++boxes) {
        auto length = number_at(descriptor, at, 4);
        if (length == 1U) {
            length = number_at(descriptor, at + 8, 8);
        }
        if (!length) {
            return true;
        }
        if (*length == 0 || *length < 8) { // to the end, or nonsense that the demuxer judges
            return false;
        }
        if (*length > size_bytes - at) {
            return true;
        }
        at += *length;
    }
    return false;
}

// An EBML element's length (RFC 8794): as many bytes as the first one's leading zeroes say; all
// ones is an unknown length.
struct Length {
    std::uint64_t bytes = 0;
    std::size_t width = 0;
    bool is_known = false;
};
std::optional<Length> ebml_length_at(int descriptor, std::uint64_t at) {
    const auto first = number_at(descriptor, at, 1);
    if (!first || *first == 0) {
        return std::nullopt;
    }
    const auto width =
        static_cast<std::size_t>(std::countl_zero(static_cast<std::uint8_t>(*first))) + 1;
    const auto whole = number_at(descriptor, at, width);
    if (!whole) {
        return std::nullopt;
    }
    const std::uint64_t most = (std::uint64_t{1} << (7 * width)) - 1;
    return Length{*whole & most, width, (*whole & most) != most};
}

// Matroska: the EBML header (1A 45 DF A3), then one segment (18 53 80 67).
bool segment_ends_early(int descriptor, std::uint64_t size_bytes) {
    const auto header = ebml_length_at(descriptor, 4);
    if (!header || !header->is_known || header->bytes > size_bytes) {
        return false;
    }
    const std::uint64_t segment = 4 + header->width + header->bytes;
    if (number_at(descriptor, segment, 4) != 0x1853'8067U) {
        return false;
    }
    const auto length = ebml_length_at(descriptor, segment + 4);
    return length && length->is_known &&
           length->bytes > size_bytes - std::min(size_bytes, segment + 4 + length->width);
}

} // namespace

bool video_ends_early(int descriptor, std::uint64_t size_bytes, std::string_view format) {
    if (format == "mp4" || format == "mov" || format == "3gp") {
        return boxes_end_early(descriptor, size_bytes);
    }
    if (format == "mkv" || format == "webm") {
        return segment_ends_early(descriptor, size_bytes);
    }
    if (format == "avi") { // RIFF: length behind the first 8 bytes
        const auto length = number_at(descriptor, 4, 4, Order::little);
        return length && *length > size_bytes - std::min<std::uint64_t>(size_bytes, 8);
    }
    return false;
}

} // namespace rempart::media
