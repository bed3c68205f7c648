// SPDX-License-Identifier: Apache-2.0
#include "media/video_worker/contact_sheet.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "media/video_worker/ffmpeg.hpp"

namespace rempart::media {
namespace {

constexpr int kFarthest = 256;
constexpr int kSheetQuantiser = 5; // mpeg's scale of 1 to 31: small, and faces can be told apart

std::uint32_t scaled(std::uint32_t side, std::uint32_t longest) {
    return longest <= kTileSide
               ? side
               : std::max<std::uint32_t>(
                     1, static_cast<std::uint32_t>(std::uint64_t{side} * kTileSide / longest));
}

std::uint32_t edge(std::uint32_t box, std::uint32_t pixels, std::uint32_t boxes) {
    return static_cast<std::uint32_t>(std::uint64_t{box} * pixels / boxes);
}

} // namespace

Tile::Tile(std::uint32_t width, std::uint32_t height)
    : width_(width), height_(height), out_width_(scaled(width, std::max(width, height))),
      out_height_(scaled(height, std::max(width, height))), sums_(out_width_) {
    pixels_.reserve(std::size_t{out_width_} * out_height_);
}

void Tile::add_row(std::span<const std::uint8_t> luma) {
    for (std::uint32_t box = 0; box < out_width_; ++box) {
        for (std::uint32_t x = edge(box, width_, out_width_); x < edge(box + 1, width_, out_width_);
             ++x) {
            sums_[box] += luma[x];
        }
    }
    ++row_;
    ++rows_in_box_;
    const auto out_row = static_cast<std::uint32_t>(pixels_.size() / out_width_);
    if (row_ < edge(out_row + 1, height_, out_height_)) {
        return;
    }
    for (std::uint32_t box = 0; box < out_width_; ++box) {
        const std::uint32_t columns =
            edge(box + 1, width_, out_width_) - edge(box, width_, out_width_);
        pixels_.push_back(static_cast<std::uint8_t>(sums_[box] / (columns * rows_in_box_)));
    }
    std::ranges::fill(sums_, 0);
    rows_in_box_ = 0;
}

void Tile::turn(int degrees) {
    for (; degrees > 0; degrees -= 90) {
        turn_a_quarter();
    }
}

void Tile::turn_a_quarter() {
    std::vector<std::uint8_t> turned(pixels_.size());
    for (std::uint32_t y = 0; y < out_height_; ++y) {
        for (std::uint32_t x = 0; x < out_width_; ++x) {
            turned[std::size_t{x} * out_height_ + (out_height_ - 1 - y)] =
                pixels_[std::size_t{y} * out_width_ + x];
        }
    }
    pixels_ = std::move(turned);
    std::swap(out_width_, out_height_);
}

int ContactSheet::nearest(const recognise::PdqHash& hash, std::size_t except) const {
    int distance = kFarthest;
    for (std::size_t i = 0; i < kept_.size(); ++i) {
        if (i != except) {
            distance = std::min(distance, hamming_distance(hash, kept_[i].hash));
        }
    }
    return distance;
}

// What is given up first: one without a clear picture, then the one nearest to another.
std::size_t ContactSheet::least() const {
    std::size_t least = 0;
    std::pair<bool, int> worth{true, kFarthest + 1};
    for (std::size_t i = 0; i < kept_.size(); ++i) {
        const std::pair<bool, int> own{kept_[i].is_clear, nearest(kept_[i].hash, i)};
        if (own < worth) {
            worth = own;
            least = i;
        }
    }
    return least;
}

bool ContactSheet::wants(const recognise::PdqHash& hash, bool is_clear) const {
    if (kept_.size() < kTiles) {
        return nearest(hash, kept_.size()) > 0;
    }
    const std::size_t worst = least();
    return std::pair(is_clear, nearest(hash, worst)) >
           std::pair(kept_[worst].is_clear, nearest(kept_[worst].hash, worst));
}

void ContactSheet::add(std::int64_t at_ms, const recognise::PdqHash& hash, bool is_clear,
                       Tile tile) {
    if (kept_.size() == kTiles) {
        kept_.erase(kept_.begin() + static_cast<std::ptrdiff_t>(least()));
    }
    kept_.push_back({at_ms, hash, is_clear, std::move(tile)});
}

Bytes ContactSheet::finish() {
    if (kept_.empty()) {
        return {};
    }
    std::ranges::stable_sort(kept_, {}, &Kept::at_ms);
    std::uint32_t cell_width = 0, cell_height = 0;
    for (const Kept& kept : kept_) {
        cell_width = std::max(cell_width, kept.tile.width());
        cell_height = std::max(cell_height, kept.tile.height());
    }
    const std::size_t columns = std::min(kTilesInARow, kept_.size());
    const std::size_t lines = (kept_.size() + kTilesInARow - 1) / kTilesInARow;
    // Even sides, which the encoder's halved colour planes want; black where there is no tile.
    const auto width = static_cast<std::uint32_t>((columns * cell_width + 1) / 2 * 2);
    const auto height = static_cast<std::uint32_t>((lines * cell_height + 1) / 2 * 2);
    std::vector<std::uint8_t> sheet(std::size_t{width} * height);
    for (std::size_t i = 0; i < kept_.size(); ++i) {
        const Tile& tile = kept_[i].tile;
        const std::size_t left = i % kTilesInARow * cell_width;
        const std::size_t top = i / kTilesInARow * cell_height;
        for (std::size_t y = 0; y < tile.height(); ++y) {
            std::ranges::copy(tile.pixels().subspan(y * tile.width(), tile.width()),
                              sheet.begin() +
                                  static_cast<std::ptrdiff_t>((top + y) * width + left));
        }
    }
    return encode_grey_picture(sheet, width, height);
}

Bytes encode_grey_picture(std::span<const std::uint8_t> luma, std::uint32_t width,
                          std::uint32_t height) {
    const AVCodec* codec = avcodec_find_encoder(AV_CODEC_ID_MJPEG);
    CodecPointer context(codec == nullptr ? nullptr : avcodec_alloc_context3(codec));
    FramePointer frame(av_frame_alloc());
    PacketPointer packet(av_packet_alloc());
    if (!context || !frame || !packet) {
        return {};
    }
    context->width = frame->width = static_cast<int>(width);
    context->height = frame->height = static_cast<int>(height);
    context->pix_fmt = AV_PIX_FMT_YUVJ420P;
    context->color_range = AVCOL_RANGE_JPEG;
    context->time_base = {1, 1};
    context->thread_count = 1;
    context->flags |= AV_CODEC_FLAG_BITEXACT | AV_CODEC_FLAG_QSCALE;
    context->global_quality = FF_QP2LAMBDA * kSheetQuantiser;
    frame->format = AV_PIX_FMT_YUVJ420P;
    frame->quality = context->global_quality;
    if (avcodec_open2(context.get(), codec, nullptr) < 0 ||
        av_frame_get_buffer(frame.get(), 0) < 0) {
        return {};
    }
    for (std::size_t y = 0; y < height; ++y) {
        std::memcpy(frame->data[0] + y * static_cast<std::size_t>(frame->linesize[0]),
                    luma.data() + y * width, width);
    }
    for (const int plane : {1, 2}) {
        std::memset(frame->data[plane], 128,
                    static_cast<std::size_t>(frame->linesize[plane]) * ((height + 1) / 2));
    }
    if (avcodec_send_frame(context.get(), frame.get()) < 0 ||
        avcodec_receive_packet(context.get(), packet.get()) < 0) {
        return {};
    }
    const auto* bytes = reinterpret_cast<const std::byte*>(packet->data);
    return {bytes, bytes + packet->size};
}

} // namespace rempart::media
