// SPDX-License-Identifier: Apache-2.0
#include "media/media_worker/thumbnail.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "media/media_worker/jpeg_codec.hpp"

namespace rempart::media {
namespace {

// So many rows of a box are averaged at least, if it has them: more cannot be seen, and would touch
// every pixel of a large picture once more. Our choice.
constexpr std::uint32_t kRowsOfABox = 8;

std::uint32_t scaled(std::uint32_t side, std::uint32_t longest) {
    if (longest <= kThumbnailSide) {
        return side;
    }
    const std::uint64_t rounded = (std::uint64_t{side} * kThumbnailSide + longest / 2) / longest;
    return std::max<std::uint32_t>(1, static_cast<std::uint32_t>(rounded));
}

std::uint32_t box_edge(std::uint32_t index, std::uint32_t side, std::uint32_t boxes) {
    return static_cast<std::uint32_t>(std::uint64_t{index} * side / boxes);
}

// sums += row, 16 at a time: the one loop here that is long.
void add(std::span<const std::uint8_t> row, std::span<std::uint16_t> sums) {
    using Bytes16 = std::uint8_t __attribute__((vector_size(16)));
    using Words16 = std::uint16_t __attribute__((vector_size(32)));
    std::size_t x = 0;
    for (; x + 16 <= row.size(); x += 16) {
        Bytes16 bytes;
        Words16 words;
        std::memcpy(&bytes, row.data() + x, sizeof bytes);
        std::memcpy(&words, sums.data() + x, sizeof words);
        words += __builtin_convertvector(bytes, Words16);
        std::memcpy(sums.data() + x, &words, sizeof words);
    }
    for (; x < row.size(); ++x) {
        sums[x] = static_cast<std::uint16_t>(sums[x] + row[x]);
    }
}

} // namespace

Thumbnail::Thumbnail(std::uint32_t width, std::uint32_t height)
    : width_(width), height_(height), out_width_(scaled(width, std::max(width, height))),
      out_height_(scaled(height, std::max(width, height))),
      step_(std::max<std::uint32_t>(1, height / out_height_ / kRowsOfABox)), short_sums_(width, 0),
      sums_(width, 0), pixels_(std::size_t{out_width_} * out_height_, 128) {
}

void Thumbnail::add_row(std::span<const std::uint8_t> luma) {
    if (row_ >= height_) {
        return;
    }
    if ((row_ - box_start_) % step_ == 0) {
        if (++rows_in_sixteen_bits_ > 257) { // 257 * 255 = 65,535
            widen_sums();
            rows_in_sixteen_bits_ = 1;
        }
        add(luma.first(width_), short_sums_);
        ++rows_in_box_;
    }
    ++row_;
    if (row_ == box_edge(out_row_ + 1, height_, out_height_)) {
        close_box_row();
    }
}

void Thumbnail::widen_sums() {
    for (std::size_t x = 0; x < width_; ++x) {
        sums_[x] += std::exchange(short_sums_[x], std::uint16_t{0});
    }
}

void Thumbnail::close_box_row() {
    widen_sums();
    rows_in_sixteen_bits_ = 0;
    std::uint8_t* out = pixels_.data() + std::size_t{out_row_} * out_width_;
    for (std::uint32_t i = 0; i < out_width_; ++i) {
        const std::uint32_t from = box_edge(i, width_, out_width_);
        const std::uint32_t to = box_edge(i + 1, width_, out_width_);
        std::uint64_t sum = 0;
        for (std::uint32_t x = from; x < to; ++x) {
            sum += sums_[x];
        }
        const std::uint64_t pixels = std::uint64_t{to - from} * rows_in_box_;
        out[i] = static_cast<std::uint8_t>((sum + pixels / 2) / pixels);
    }
    std::ranges::fill(sums_, 0);
    rows_in_box_ = 0;
    box_start_ = row_;
    ++out_row_;
}

Bytes Thumbnail::finish() {
    if (row_ > box_start_ && out_row_ < out_height_) {
        close_box_row(); // a cut picture: what came of the open box row
    }
    return encode_grey_jpeg(pixels_, out_width_, kThumbnailQuality);
}

} // namespace rempart::media
