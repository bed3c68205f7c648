// SPDX-License-Identifier: Apache-2.0
#include "media/media_worker/endings.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>

namespace rempart::media {
namespace {

using namespace std::string_view_literals;

std::uint64_t number(ByteView bytes, bool big_endian) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const std::size_t from = big_endian ? i : bytes.size() - 1 - i;
        value = value << 8 | std::to_integer<std::uint64_t>(bytes[from]);
    }
    return value;
}

// PNG: chunks of length, name, data and checksum, up to IEND.
bool png_ends_early(ByteView file) {
    std::uint64_t at = 8;
    while (at + 12 <= file.size()) {
        const ByteView chunk = file.subspan(at);
        const bool last = chars_of(chunk.subspan(4, 4)) == "IEND";
        at += 12 + number(chunk.first(4), true);
        if (last) {
            return at > file.size();
        }
    }
    return true;
}

// ISO media: boxes of length and name; a length of 0 goes to the end, 1 has 64 bits behind.
// Nothing where the file ends inside these.
std::optional<std::uint64_t> stated_length(ByteView box) {
    if (box.size() < 8) {
        return std::nullopt;
    }
    const std::uint64_t bytes = number(box.first(4), true);
    if (bytes != 1) {
        return bytes;
    }
    return box.size() < 16 ? std::nullopt : std::optional(number(box.subspan(8, 8), true));
}

bool boxes_end_early(ByteView file) {
    std::uint64_t at = 0;
    while (at < file.size()) {
        const auto bytes = stated_length(file.subspan(at));
        if (!bytes) {
            return true;
        }
        if (*bytes == 0) {
            return false;
        }
        if (*bytes < 8 || *bytes > file.size() - at) {
            return *bytes >= 8;
        }
        at += *bytes;
    }
    return false;
}

// TIFF: the first directory must lie inside; BigTIFF has wider numbers.
bool tiff_ends_early(ByteView file) {
    if (file.size() < 16) {
        return true;
    }
    const bool big_endian = chars_of(file.first(2)) == "MM";
    const bool big = number(file.subspan(2, 2), big_endian) == 43;
    const std::uint64_t directory =
        big ? number(file.subspan(8, 8), big_endian) : number(file.subspan(4, 4), big_endian);
    const std::uint64_t count_bytes = big ? 8 : 2;
    if (directory > file.size() || file.size() - directory < count_bytes) {
        return true;
    }
    const std::uint64_t entries = number(file.subspan(directory, count_bytes), big_endian);
    return entries > (file.size() - directory - count_bytes) / (big ? 20 : 12);
}

} // namespace

bool ends_early(ByteView file, std::string_view format) {
    if (format == "png") {
        return png_ends_early(file);
    }
    if (format == "heic" || format == "avif") {
        return boxes_end_early(file);
    }
    if (format == "webp") {
        return file.size() < 12 || number(file.subspan(4, 4), false) > file.size() - 8;
    }
    if (format == "gif") {
        return file.size() < 14 || file.back() != std::byte{';'};
    }
    return format == "tiff" && tiff_ends_early(file);
}

} // namespace rempart::media
