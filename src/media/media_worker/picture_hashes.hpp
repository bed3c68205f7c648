// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// All fingerprints of one way to see a picture, from one pass over its rows.

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "rempart/media/picture.hpp"
#include "rempart/recognise/pdq.hpp"
#include "rempart/recognise/reduced_plane.hpp"

namespace rempart::media {

/// Which fingerprints are wanted beyond those of the whole picture.
enum class Trim : std::uint8_t { no, yes };

/// Takes rows of luma from top to bottom. A picture with a side below recognise::kMinPictureSide
/// gets no fingerprint. Memory: recognise::PdqRows twice and ReducedPlane once.
class PictureHashes {
  public:
    PictureHashes(std::uint32_t width, std::uint32_t height);

    /// The next row twice: as it is, and rounded to bytes. \pre `width` values each
    template <typename Luma>
    void add_row(std::span<const Luma> luma, std::span<const std::uint8_t> bytes);

    /// Appends the fingerprints, each variant's name with `suffix`: `full`, `nearest512`, above 512
    /// on a side `smooth512`; if asked for and there is a border, `trimmed` and `uncaptioned`.
    /// Missing rows count as mid grey.
    void finish_into(std::vector<RawFingerprint>& out, std::string_view suffix, Trim trim);

  private:
    void append_trimmed(std::vector<RawFingerprint>& out, std::string_view suffix);

    bool is_large_ = false;
    std::optional<recognise::PdqRows> full_, nearest_;
    std::optional<recognise::ReducedPlane> reduced_;
};

} // namespace rempart::media
