// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// A picture or video that the user names: its digests, and what the confined decoder learnt.

#include <optional>
#include <string>
#include <variant>

#include "rempart/core/result.hpp"
#include "rempart/media/file_type.hpp"
#include "rempart/media/picture.hpp"
#include "rempart/media/video.hpp"
#include "rempart/recognise/digest.hpp"
#include "rempart/recognise/known_set.hpp"
#include "rempart/recognise/listed_videos.hpp"

namespace rempart::cli {

using MediaFacts = std::variant<media::PictureFacts, media::VideoFacts>;

/// What a file is, read once for its digests and once by the decoder.
struct LookedAt {
    recognise::Digests digests;
    media::FileType type;
    Result<MediaFacts> facts;
};

/// Starts a decoder on first need.
class MediaFiles {
  public:
    explicit MediaFiles(media::Sampling sampling) : sampling_(sampling) {}
    /// \return `not_found`, `io`: the file itself; or what keeps the decoders from starting.
    [[nodiscard]] Result<LookedAt> look_at(const std::string& path);

  private:
    [[nodiscard]] Result<MediaFacts> examine(const media::FileType& type, int descriptor);

    media::Sampling sampling_;
    std::optional<media::Pool> pictures_;
    std::optional<media::VideoPool> videos_;
};

[[nodiscard]] std::vector<recognise::PdqFingerprint> queries_of(const media::PictureFacts& facts);
[[nodiscard]] std::vector<recognise::VideoLook> looks_of(const media::VideoFacts& facts);

} // namespace rempart::cli
