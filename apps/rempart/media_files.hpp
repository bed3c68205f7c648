// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// A picture or video that the user names: its digests, and what the confined decoder learnt.

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <variant>
#include <vector>

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
    std::uint64_t size_bytes = 0;
    recognise::Digests digests;
    media::FileType type;
    Result<MediaFacts> facts;
};

/// What a picture or video that decoded only in part lacks.
[[nodiscard]] std::optional<Error> partial_fault(const MediaFacts& facts);

/// Starts decoders on first need, so many of a kind as threads ask at once. Thread-safe.
class MediaFiles {
  public:
    /// \param workers of a kind, at least 1; further calls wait for one.
    /// \param digests which of a file are computed.
    MediaFiles(media::Sampling sampling, unsigned workers,
               recognise::DigestSet digests = recognise::DigestSet::all)
        : sampling_(sampling), workers_(workers), digests_(digests) {}
    /// \return `not_found`, `io`, `unsupported` (no regular file): the file itself; or what keeps
    ///         the decoders from starting.
    [[nodiscard]] Result<LookedAt> look_at(const std::string& path);

  private:
    [[nodiscard]] Result<media::Pool*> pictures();
    [[nodiscard]] Result<media::VideoPool*> videos();
    [[nodiscard]] Result<MediaFacts> examine(const media::FileType& type, int descriptor);

    media::Sampling sampling_;
    unsigned workers_;
    recognise::DigestSet digests_;
    std::mutex starting_; ///< Of the pools: the one or the other may be there already.
    std::optional<media::Pool> pictures_;
    std::optional<media::VideoPool> videos_;
};

[[nodiscard]] std::vector<recognise::PdqFingerprint> queries_of(const media::PictureFacts& facts);
[[nodiscard]] std::vector<recognise::VideoLook> looks_of(const media::VideoFacts& facts);

} // namespace rempart::cli
