// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The luma of a decoded frame, row by row, 0..255 from black to white, without scaling: resizing
/// before PDQ costs more bits than all else (docs/recognition.md).

#include <cstdint>
#include <span>
#include <vector>

#include "media/video_worker/ffmpeg.hpp"
#include "rempart/core/result.hpp"

namespace rempart::media {

/// Reads the Y plane as it came from the decoder; from RGB and palettes luma is computed as PDQ's
/// reference does. Holds the frame's pointers: the frame must outlive it.
class LumaRows {
  public:
    /// \return `unsupported` for a pixel format without luma or RGB (of hardware, Bayer, float).
    [[nodiscard]] static Result<LumaRows> of(const AVFrame& frame);

    [[nodiscard]] std::uint32_t width() const { return static_cast<std::uint32_t>(frame_->width); }
    [[nodiscard]] std::uint32_t height() const {
        return static_cast<std::uint32_t>(frame_->height);
    }
    /// \pre y < height(); valid until the next call.
    [[nodiscard]] std::span<const std::uint8_t> row(std::uint32_t y);

  private:
    LumaRows() = default;
    void read_component(const AVComponentDescriptor& component, std::uint32_t y,
                        std::span<std::uint16_t> out) const;
    void read_rgb(std::uint32_t y);
    void read_palette(std::uint32_t y);

    const AVFrame* frame_ = nullptr;
    const AVPixFmtDescriptor* format_ = nullptr;
    bool is_limited_ = false; ///< Black is 16 and white 235, of 8 bits (ITU-R BT.601).
    std::vector<std::uint8_t> row_;
    std::vector<std::uint16_t> samples_[3];
};

} // namespace rempart::media
