// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// One container behind a descriptor: its video stream's packets, in the order of the file. Only
/// the demuxer that our own look at the first bytes names is tried, nothing but the descriptor can
/// be opened (external references of QuickTime, playlists), and no other stream is decoded.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "media/video_protocol.hpp"
#include "media/video_worker/ffmpeg.hpp"
#include "rempart/core/result.hpp"

namespace rempart::media {

/// A reader of bytes for FFmpeg, with its position.
struct FileReader {
    int descriptor = -1;
    std::int64_t size_bytes = 0;
    std::int64_t at = 0;
    bool failed = false; ///< The medium could not be read somewhere.
};

/// Which of the packets of the video stream are wanted.
enum class Packets : std::uint8_t { all, key_frames };

class Container {
  public:
    /// \param format FileType::id; \param size_bytes of the file.
    /// \return `unsupported` (no demuxer for it here), `malformed` (no container of that format, or
    ///         none with a video in it), `truncated` (its index is missing), `memory`.
    [[nodiscard]] static Result<Container> open(int descriptor, std::uint64_t size_bytes,
                                                std::string_view format, Packets packets);
    Container(Container&&) noexcept;
    Container& operator=(Container&&) = delete;
    ~Container();

    /// What can be said of a packet of the video stream.
    enum class Read : std::uint8_t {
        packet,  ///< One is there.
        end,     ///< The file ends where it should.
        damaged, ///< The demuxer gave up: what follows is lost.
    };
    [[nodiscard]] Read next(AVPacket& packet);

    [[nodiscard]] const AVCodecParameters& parameters() const;
    /// Milliseconds since the stream's first moment; none if the packet or frame has no time.
    [[nodiscard]] std::optional<std::int64_t> milliseconds(std::int64_t timestamp) const;
    /// As it states it, 0 if it does not or if nobody could believe it.
    [[nodiscard]] std::int64_t stated_duration_ms() const;
    [[nodiscard]] int rotation() const; ///< 0, 90, 180, 270 degrees clockwise.
    /// Tags of the container and the stream, "Video.creation_time", within the limits.
    [[nodiscard]] std::vector<MetadataField> metadata(const VideoLimits& limits) const;
    [[nodiscard]] bool medium_failed() const { return reader_->failed; }

  private:
    Container() = default;
    [[nodiscard]] Result<void> choose_stream(Packets packets);

    std::unique_ptr<FileReader> reader_;
    IoPointer io_;
    FormatPointer format_; ///< Before io_ in destruction.
    AVStream* stream_ = nullptr;
};

/// The names of FFmpeg's demuxers that are used, by FileType::id; "" for none.
[[nodiscard]] std::string_view demuxer_of(std::string_view format) noexcept;

} // namespace rempart::media
