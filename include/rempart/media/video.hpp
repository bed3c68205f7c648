// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// What is learnt from one video, by a confined worker, and the pool of such workers.

#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "rempart/core/bytes.hpp"
#include "rempart/core/result.hpp"
#include "rempart/media/picture.hpp"
#include "rempart/sandbox/limits.hpp"

namespace rempart::media {

/// Bounds of one video. All are counts, not times, so that the same file gives the same answer on
/// every machine; the deadline of the pool stands behind them.
struct VideoLimits {
    std::uint64_t max_file_bytes = std::uint64_t{1} << 42;
    std::uint64_t max_pixels = std::uint64_t{40} << 20; ///< Of one frame: 8K is 33 million.
    std::uint32_t max_side = 16'384;
    std::uint32_t max_frames = 40'000;      ///< In the answer; as many again without bars.
    std::uint64_t max_packets = 50'000'000; ///< Read in one pass.
    std::uint64_t max_decoded_pixels = std::uint64_t{34'000'000'000};
    std::uint32_t max_metadata_fields = 100;
    std::uint32_t max_metadata_bytes = 32U << 10;
};

/// Which frames are looked at: docs/formats/videos.md gives the rule and its reasons.
enum class Sampling : std::uint8_t {
    /// Key frames, one a second at most; where two lie more than five seconds apart, what is
    /// between them too, one frame a second.
    key_frames,
    every_second, ///< One frame a second, everything decoded.
    every_frame,  ///< All of them, none left out for being like the one before: for exchange.
};
inline constexpr Sampling kLastSampling = Sampling::every_frame;

/// A frame, or a run of frames that look alike (docs/formats/videos.md), by its first one.
struct VideoFrame {
    std::int64_t from_ms = 0; ///< Since the first frame; never before that of the frame before.
    std::int64_t to_ms = 0;   ///< Of the last frame of the run, from_ms if there is one only.
    int quality = 0;          ///< 0..100; below 50 do not match.
    /// PDQ of its pixels in 8 orientations of 32 bytes (recognise::Orientation).
    std::array<std::array<std::byte, 32>, 8> hashes{};
    friend bool operator==(const VideoFrame&, const VideoFrame&) = default;
};

struct VideoFacts {
    std::string format;                  ///< FileType::id.
    std::string codec;                   ///< FFmpeg's name: "h264".
    std::uint32_t width = 0, height = 0; ///< Of the stream, as stored.
    int rotation = 0;             ///< Degrees clockwise by which players turn it: 0, 90, 180, 270.
    std::int64_t duration_ms = 0; ///< As the container states it, at least to the last frame.
    std::uint64_t decoded_frames = 0; ///< How many were looked at.
    std::vector<VideoFrame> frames;   ///< By time; empty for a video too small to be hashed.
    /// The same without the black bars that all frames have: by time, hashes of what is within.
    /// Empty if there are no bars, and of every_frame, which is for exchange.
    std::vector<VideoFrame> trimmed;
    std::vector<MetadataField> metadata; ///< Sorted by name.
    /// A grey JPEG of up to nine frames that differ most, three in a row, by time.
    Bytes contact_sheet;
    /// Set if it decoded in part; what is above is of that part. Begins with the Errc's name.
    bool partial = false;
    std::string partial_reason;
};

struct VideoPoolConfig {
    std::filesystem::path worker_program; ///< sandbox::find_role("video_worker").
    unsigned workers = 1;
    VideoLimits video;
    /// Our choice: 8K with 16 reference frames needs 0.8 GiB. The deadline is by the file:
    /// deadline_for.
    std::uint64_t memory_bytes = std::uint64_t{2} << 30;
};

/// How many pixels may be decoded of a file of that size, and the longest time for it: our choice.
/// A short file may be a long film of slides, so there is a base of two hours of 720p key frames;
/// 15 million pixels a second is a tenth of what the slowest decoder does on the machine of
/// docs/benchmarks.md. A video with black bars is decoded twice, for which there is time.
[[nodiscard]] std::uint64_t pixel_budget(std::uint64_t file_bytes, const VideoLimits& limits);
[[nodiscard]] std::chrono::milliseconds deadline_for(std::uint64_t file_bytes,
                                                     const VideoLimits& limits);

/// A pool of confined workers for videos. `examine` is thread-safe and waits for a free worker.
class VideoPool {
  public:
    /// \return `not_found` if the worker program is missing.
    [[nodiscard]] static Result<VideoPool> create(const VideoPoolConfig& config);
    VideoPool(VideoPool&&) noexcept;
    VideoPool& operator=(VideoPool&&) noexcept;
    ~VideoPool();

    /// Reads the whole file behind `descriptor` (regular or memory file; not moved).
    /// \return `limit_exceeded`, `malformed` (no container, no video in it), `unsupported` (a
    ///         codec outside the list), `truncated`/`damaged` if no frame could be decoded, and the
    ///         failures of sandbox::Child::call.
    [[nodiscard]] Result<VideoFacts> examine(int descriptor,
                                             Sampling sampling = Sampling::key_frames);

    [[nodiscard]] sandbox::Confinement confinement() const;

  private:
    struct State;
    explicit VideoPool(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

} // namespace rempart::media
