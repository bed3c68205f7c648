// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// libjpeg-turbo without its long jumps: they start and end in jpeg_codec.cpp, between frames that
/// hold nothing to destroy.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "rempart/core/bytes.hpp"
#include "rempart/core/result.hpp"

namespace rempart::media {

/// More scans than this are a bomb: a progressive JPEG from a camera or a web site has some ten,
/// the encoder's utmost is near 300, and each costs a pass over the whole picture. Source of the
/// idea: libjpeg-turbo, djpeg -maxscans, whose fuzzers use 500.
inline constexpr int kMaxJpegScans = 500;

/// How the rows of `JpegReader` are made.
enum class JpegPixels : std::uint8_t {
    grey,          ///< One byte a pixel, luma.
    rgb,           ///< Three bytes.
    cmyk,          ///< Four bytes: amounts of ink.
    inverted_cmyk, ///< Four bytes: 255 less the amount of ink, as Adobe writes it.
};

[[nodiscard]] constexpr std::size_t bytes_a_pixel(JpegPixels pixels) {
    return pixels == JpegPixels::grey ? 1 : pixels == JpegPixels::rgb ? 3 : 4;
}

struct JpegHeader {
    std::uint32_t width = 0, height = 0;
    JpegPixels pixels = JpegPixels::grey;
    /// The coefficients of the whole picture, which a progressive or multi-scan file needs at once.
    std::uint64_t buffered_bytes = 0;
};

/// What went wrong inside the image data while decoding went on.
struct JpegWarning {
    Errc code = Errc::damaged; ///< `truncated` or `damaged`.
    /// Rows that had been read before it; none if it came while scans were read ahead.
    std::optional<std::uint32_t> row;
    int scan = 0;     ///< The scan it came in, from 1.
    std::string what; ///< The library's fixed text.
};

/// One JPEG file in memory. Call read_header, start, then read_row until all are read.
class JpegReader {
  public:
    /// Holds the view: `file` must outlive the reader.
    explicit JpegReader(ByteView file);
    JpegReader(JpegReader&&) = delete;
    ~JpegReader();

    /// \param max_rgb_pixels up to this size a colour picture gives RGB, above it grey.
    /// \return `malformed`, `unsupported`, `truncated`, `memory`.
    [[nodiscard]] Result<JpegHeader> read_header(std::uint64_t max_rgb_pixels);
    /// Begins to decode; a progressive file is read to its end here.
    /// \return as read_header, and `limit_exceeded` (scans), `damaged`.
    [[nodiscard]] Result<void> start();
    /// \param row width bytes, times bytes_a_pixel.
    /// \return `truncated` or `damaged` if there are no further rows to be had.
    [[nodiscard]] Result<void> read_row(std::span<std::uint8_t> row);
    /// The first one that may have cost pixels.
    [[nodiscard]] const std::optional<JpegWarning>& warning() const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

/// A baseline JPEG of one component. Empty if the library fails. Deterministic.
/// \param pixels rows of `width` values, at least one.
[[nodiscard]] Bytes encode_grey_jpeg(std::span<const std::uint8_t> pixels, std::uint32_t width,
                                     int quality);

} // namespace rempart::media
