// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// What is learnt from one picture, by a confined worker, and the pool of such workers.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "rempart/core/bytes.hpp"
#include "rempart/core/result.hpp"
#include "rempart/sandbox/limits.hpp"

namespace rempart::media {

/// Checked from the header, before any pixel is decoded.
struct PictureLimits {
    std::uint64_t max_file_bytes = std::uint64_t{512} << 20;
    std::uint64_t max_pixels = std::uint64_t{400} << 20; ///< Width times height of one frame.
    std::uint32_t max_side = 65'500;                     ///< JPEG's own limit.
    std::uint32_t max_metadata_fields = 200;
    std::uint32_t max_metadata_bytes = 64U << 10;
};

/// One perceptual hash with its turned and mirrored forms, as the worker computed it. The meaning
/// of the bytes is the business of `recognise`.
struct RawFingerprint {
    std::string algorithm; ///< "pdq".
    /// Which pixels: "full", "nearest512", "smooth512", "trimmed", "nearest512-frame2", …
    /// (docs/formats/pictures.md).
    std::string variant;
    int quality = 0;                 ///< 0..100; below 50 do not match.
    std::vector<Bytes> orientations; ///< 8 of equal size: see recognise::orientation names.
};

struct MetadataField {
    std::string name;  ///< "Exif.Photo.DateTimeOriginal".
    std::string value; ///< Valid UTF-8, cut at 1,024 bytes.
    friend bool operator==(const MetadataField&, const MetadataField&) = default;
};

struct PictureFacts {
    std::string format;                  ///< FileType::id, as the decoder found it.
    std::uint32_t width = 0, height = 0; ///< Of the first frame, as stored, before EXIF turns it.
    std::uint32_t frames = 1;
    /// 1..8; 1 if absent or invalid, and for HEIC and AVIF, whose decoder turns the pixels itself.
    int exif_orientation = 1;
    /// "full" first, all of different variants; empty for a picture too small to be hashed.
    std::vector<RawFingerprint> fingerprints;
    std::vector<MetadataField> metadata; ///< Sorted by name.
    Bytes thumbnail; ///< A small grey JPEG (longest side 160 px), upright; empty if none was made.
    /// Set if the picture decoded in part: `truncated` or `damaged`. What is above is of that part.
    bool partial = false;
    std::string partial_reason;
};

struct PoolConfig {
    std::filesystem::path worker_program; ///< sandbox::find_role("media_worker").
    unsigned workers = 1;
    PictureLimits picture;
    /// Our choice: a picture that needs more than this is a bomb or a medium's worth of pixels, and
    /// costs one row with its reason. What decoders keep at once is bounded below it from the
    /// header already (docs/formats/pictures.md).
    sandbox::Limits sandbox{.memory_bytes = std::uint64_t{1} << 30,
                            .deadline = std::chrono::seconds(20),
                            .max_answer_bytes = std::size_t{1} << 20};
};

/// A pool of confined workers. `examine_picture` is thread-safe and waits for a free worker;
/// workers start on first need and a dead one is replaced.
class Pool {
  public:
    /// \return `not_found` if the worker program is missing.
    [[nodiscard]] static Result<Pool> create(const PoolConfig& config);
    Pool(Pool&&) noexcept;
    Pool& operator=(Pool&&) noexcept;
    ~Pool();

    /// Decodes the whole file behind `descriptor` (any offset, regular or memory file; not moved).
    /// \return `limit_exceeded` (pixels, bytes), `malformed` (no decoder accepts it),
    /// `unsupported`,
    ///         `truncated`/`damaged` if nothing at all could be decoded, and the failures of
    ///         sandbox::Child::call, which cost this one picture.
    [[nodiscard]] Result<PictureFacts> examine_picture(int descriptor);

    /// What confined the workers; valid after the first call.
    [[nodiscard]] sandbox::Confinement confinement() const;

  private:
    struct State;
    explicit Pool(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

} // namespace rempart::media
