// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Listed videos, and which of them a video or a picture is, or has a part of.

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "rempart/recognise/alignment.hpp"
#include "rempart/recognise/known_set.hpp"

namespace rempart::recognise {

/// Which pixels of a video's frames were asked for, as a picture's variants are named: all of them,
/// or those within the black bars.
inline constexpr std::array<std::string_view, 2> kVideoVariants{"full", "trimmed"};

/// A frame to ask for.
struct VideoLook {
    FrameSpan span;
    PdqFingerprint fingerprint;
    bool is_trimmed = false; ///< Of the frames without the video's bars, which are asked apart.
};

/// Where a hit is. A picture has no time, so one of the two may be missing.
struct HitSegment {
    std::optional<FrameSpan> query, entry;
    friend auto operator<=>(const HitSegment&, const HitSegment&) = default;
};

/// A near hit with its places.
struct TimedHit {
    NearHit hit; ///< Of a listed video, the frame that is nearest; of a video, `query` is of
                 ///< kVideoVariants.
    std::vector<HitSegment> segments;
    friend auto operator<=>(const TimedHit&, const TimedHit&) = default;
};

/// The frames of listed videos by the rows that a KnownSet knows them under. Build it beside the
/// set; then it is immutable and thread-safe. Memory: 64 bytes a frame.
class ListedVideos {
  public:
    /// \param entry tells the videos of a list apart; frames of one come by time.
    /// \return whether the frame is to be added to the KnownSet too: not if it goes on with the
    ///         run of frames that look alike before it (kRunBits, kRunGapMs).
    /// \pre rows rise from call to call.
    [[nodiscard]] bool add(std::uint32_t list, std::uint64_t entry, std::int64_t row,
                           const PdqHash& hash, FrameSpan span);
    [[nodiscard]] bool empty() const { return videos_.empty(); }

    /// What a video is known as: of listed videos those with which it has a stretch in common
    /// (align), and each listed picture that a frame of it is near to. By list and row. Whole and
    /// trimmed frames are two videos: of a listed one that both have stretches with, those count
    /// that are longer in all, at equal length the whole ones; of a picture the nearest frame.
    /// \return as KnownSet::find_near
    [[nodiscard]] Result<std::vector<TimedHit>> find(const KnownSet& known,
                                                     std::span<const VideoLook> looks) const;
    /// The same of a picture, from the set's near hits: of each listed video the nearest frame,
    /// with its time.
    [[nodiscard]] std::vector<TimedHit> of_picture(std::span<const NearHit> hits) const;

  private:
    struct Video {
        std::uint32_t list = 0;
        std::uint64_t entry = 0;
        std::vector<AlignedFrame> frames;
        std::vector<std::int64_t> rows; ///< Beside `frames`.
    };
    struct Place {
        std::int64_t row = 0;
        std::uint32_t video = 0, frame = 0;
    };
    struct Found;
    [[nodiscard]] const Place* place_of(std::int64_t row) const;
    void take(const VideoLook& look, std::vector<NearHit>&& hits, Found& found) const;
    [[nodiscard]] std::optional<TimedHit> hit_of(std::uint32_t number, const Found& found) const;

    std::vector<Video> videos_;
    std::vector<Place> places_; ///< By row.
};

} // namespace rempart::recognise
