// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Where the decoders' rows go: fingerprints of the upright picture and of the pixels as stored,
/// and the thumbnail, all in one pass.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "media/picture_protocol.hpp"
#include "rempart/core/result.hpp"

namespace rempart::media {

/// What a decoder knows from the header, before it decodes a pixel.
struct PictureHeader {
    std::uint32_t width = 0, height = 0;
    std::uint32_t frames = 1;
    /// What the decoder keeps of the whole picture at once, in bytes; 0 if it streams.
    std::uint64_t buffered_bytes = 0;
};

/// Why a picture is only partly there.
struct Partial {
    Errc code = Errc::damaged; ///< `truncated` or `damaged`.
    std::string reason;
};

/// What a decoder answers once `PictureSink::begin` took its header; the sink has the rows.
using Decoded = Result<std::optional<Partial>>;

class PictureHashes;

/// Takes a picture's rows of luma from top to bottom, as stored in the file.
///
/// If EXIF turns the picture (orientation 2 to 8), the plane is kept as 8-bit luma and its upright
/// rows are read out of it at the end: the hash of turned pixels is exact, where the turned hash
/// (PDQ's dihedral derivation) differs by up to 18 bits. One byte a pixel, counted in the budget.
class PictureSink {
  public:
    /// \param used_bytes what the file itself takes of `request.work_bytes`.
    PictureSink(const PictureRequest& request, std::uint64_t used_bytes, int exif_orientation);
    PictureSink(PictureSink&&) = delete;
    ~PictureSink();

    /// Holds the header against the limits, then makes ready. Once, before any row.
    /// \return `limit_exceeded`, `malformed` (no pixels).
    [[nodiscard]] Result<void> begin(const PictureHeader& header);

    /// Whether a picture with that header may be decoded beside what is here.
    /// \return `limit_exceeded`, `malformed`
    [[nodiscard]] Result<void> allows(const PictureHeader& header) const;

    /// The next row, `width` values 0..255. Further rows than `height` are ignored.
    void add_row(std::span<const std::uint8_t> luma);
    void add_row(std::span<const float> luma);
    [[nodiscard]] std::uint32_t rows() const { return rows_; }

    /// The row that comes next with its transparent pixels on black, where add_row has it on white.
    /// From some row on for each, before its add_row; the rows above are the same on both.
    void add_row_on_black(std::span<const std::uint8_t> luma);
    void add_row_on_black(std::span<const float> luma);

    /// The whole of a further frame of an animation or page of a document, which may have another
    /// size, once the rows of the first one are here. It is kept if it may match and is not near
    /// one that is kept.
    /// \param number from 1 on
    void add_frame(std::uint32_t number, PictureHashes& hashes);
    /// How many frames were distinct, and more than are kept.
    [[nodiscard]] std::uint32_t frames_left_out() const { return frames_left_out_; }

    /// Size, frames, fingerprints and thumbnail; missing rows count as mid grey. Once, at the end.
    /// \pre begin succeeded.
    [[nodiscard]] PictureFacts finish();

  private:
    struct Outputs;
    template <typename Luma>
    void take(std::span<const Luma> luma);
    template <typename Luma>
    void take_on_black(std::span<const Luma> luma);
    [[nodiscard]] std::size_t plane_bytes(const PictureHeader& header) const;
    void finish_turned(std::vector<RawFingerprint>& prints);

    PictureRequest request_;
    std::uint64_t used_bytes_;
    int orientation_;
    PictureHeader header_;
    std::uint32_t rows_ = 0;
    std::uint32_t frames_left_out_ = 0;
    std::unique_ptr<Outputs> outputs_;
};

/// A whole plane of 8-bit luma as it stands in the file.
struct StoredPlane {
    std::span<const std::uint8_t> luma; ///< width * height values.
    std::uint32_t width = 0, height = 0;
};

/// Fills `rows` with upright rows from row `first` on. The upright picture has `stored.height`
/// columns if `orientation` is 5 to 8. Source: TIFF 6.0, tag 274.
/// \pre orientation 1..8; rows.size() is a multiple of the upright width, inside the picture.
void read_upright(const StoredPlane& stored, int orientation, std::uint32_t first,
                  std::span<std::uint8_t> rows);

} // namespace rempart::media
