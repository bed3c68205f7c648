// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The lists of a case, ready to be asked.

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "rempart/casefile/case.hpp"
#include "rempart/casefile/evidence.hpp"
#include "rempart/casefile/lists.hpp"
#include "rempart/core/result.hpp"
#include "rempart/recognise/known_set.hpp"
#include "rempart/recognise/listed_videos.hpp"

namespace rempart::pipeline {

/// Known material of one case, in compiled files that are mapped, one for each list and kind of
/// hash (docs/adr/0015). Immutable after `load`, then thread-safe.
class Matcher {
  public:
    /// Opens the files of every list of the case, or of `only` one. A file that is missing or
    /// damaged is compiled again from the case's rows, which takes as long as reading them.
    /// \return `integrity` if a list's entries are not those that it was compiled from when it was
    ///         added; `refused`, `io`; what the database returns
    [[nodiscard]] static Result<Matcher> load(casefile::Case& file,
                                              std::optional<casefile::RowId> only = {});

    /// Some entries of one list, whose radius `known` has as that of its list 0. Not of videos.
    [[nodiscard]] static Matcher over(recognise::KnownSet known, casefile::RowId list);

    [[nodiscard]] bool empty() const { return known_.empty(); }
    /// Which digests a content is to be asked by: ed2k only where a list has some.
    [[nodiscard]] recognise::DigestSet digest_set() const {
        return known_.holds(recognise::HashKind::ed2k) ? recognise::DigestSet::all_and_ed2k
                                                       : recognise::DigestSet::all;
    }
    /// What a content is compared by.
    struct Keys {
        recognise::Digests digests;
        std::span<const casefile::FingerprintRecord> fingerprints; ///< Of a picture.
        std::span<const casefile::VideoFrameRecord> frames;        ///< Of a video.
        casefile::RowId content = 0;                               ///< For the rows.
    };
    /// All exact and near hits, as rows; of videos with the stretches that they share.
    /// \return `integrity`, `malformed`, `io` where a file cannot be asked: never fewer hits
    [[nodiscard]] Result<std::vector<casefile::HitRecord>> match(const Keys& keys) const;

  private:
    [[nodiscard]] Result<void> take_frame(casefile::RowId list,
                                          const casefile::ListEntryRecord& entry);

    [[nodiscard]] Result<std::vector<recognise::TimedHit>> near_hits(const Keys& keys) const;

    recognise::KnownSet known_;
    recognise::ListedVideos videos_;
    std::vector<casefile::RowId> lists_; ///< By the number that known_ has for the list.
};

/// The fingerprints of a stored row or an answer that can be asked for. Nothing if the algorithm or
/// the size is not known here.
[[nodiscard]] std::optional<recognise::PdqFingerprint>
pdq_fingerprint(const casefile::FingerprintRecord& row);
/// Stored frames to be asked for; none of another size than PDQ's.
[[nodiscard]] std::vector<recognise::VideoLook>
video_looks(std::span<const casefile::VideoFrameRecord> frames);

} // namespace rempart::pipeline
