// SPDX-License-Identifier: Apache-2.0
#include "media/video_protocol.hpp"

#include <algorithm>
#include <array>

#include "media/answer_wire.hpp"
#include "rempart/media/file_type.hpp"

namespace rempart::media {
namespace {

constexpr std::uint8_t kExamine = 2; // requests: not that of a picture

constexpr std::size_t kFrameBytes = 8 + 8 + 1 + 8 * 32;

constexpr std::array kVideoFailures{Errc::malformed, Errc::unsupported, Errc::limit_exceeded,
                                    Errc::truncated, Errc::damaged,     Errc::encrypted,
                                    Errc::io,        Errc::memory};

void write_frame(WireWriter& out, const VideoFrame& frame) {
    out.i64(frame.from_ms);
    out.i64(frame.to_ms);
    out.u8(static_cast<std::uint8_t>(frame.quality));
    for (const auto& hash : frame.hashes) {
        out.raw(hash);
    }
}

void write_frames(WireWriter& out, const std::vector<VideoFrame>& frames) {
    out.u32(static_cast<std::uint32_t>(frames.size()));
    for (const VideoFrame& frame : frames) {
        write_frame(out, frame);
    }
}

void write_facts(WireWriter& out, const VideoFacts& facts) {
    out.text(facts.format);
    out.text(facts.codec);
    out.u32(facts.width);
    out.u32(facts.height);
    out.u16(static_cast<std::uint16_t>(facts.rotation));
    out.i64(facts.duration_ms);
    out.u64(facts.decoded_frames);
    write_frames(out, facts.frames);
    write_frames(out, facts.trimmed);
    write_metadata(out, facts.metadata);
    out.bytes(facts.contact_sheet);
    write_partial(out, facts.partial, facts.partial_reason);
}

bool is_video_format(std::string_view id) {
    return std::ranges::any_of(file_types(), [&](const FileType& type) {
        return type.family == FileFamily::video && type.id == id;
    });
}

bool is_codec_name(std::string_view name) {
    return !name.empty() && std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    });
}

void read_head(WireReader& in, VideoFacts& facts, const VideoLimits& limits) {
    facts.format = in.text(16);
    facts.codec = in.text(kMaxCodecNameBytes);
    facts.width = in.u32();
    facts.height = in.u32();
    facts.rotation = in.u16();
    facts.duration_ms = in.i64();
    facts.decoded_frames = in.u64();
    const bool sized = facts.width > 0 && facts.height > 0 && facts.width <= limits.max_side &&
                       facts.height <= limits.max_side &&
                       std::uint64_t{facts.width} * facts.height <= limits.max_pixels;
    if (!is_video_format(facts.format) || !is_codec_name(facts.codec) || !sized ||
        facts.rotation % 90 != 0 || facts.rotation >= 360 || facts.duration_ms < 0 ||
        facts.duration_ms > kMaxVideoMs) {
        in.reject();
    }
}

VideoFrame read_frame(WireReader& in) {
    VideoFrame frame;
    frame.from_ms = in.i64();
    frame.to_ms = in.i64();
    frame.quality = in.u8();
    for (auto& hash : frame.hashes) {
        in.raw(hash);
    }
    if (frame.from_ms < 0 || frame.to_ms < frame.from_ms || frame.to_ms > kMaxVideoMs ||
        frame.quality > 100) {
        in.reject();
    }
    return frame;
}

std::vector<VideoFrame> read_frames(WireReader& in, const VideoFacts& facts,
                                    const VideoLimits& limits) {
    std::vector<VideoFrame> frames;
    const std::uint32_t count = in.u32();
    if (count > limits.max_frames || count > in.remaining() / kFrameBytes) {
        in.reject();
    }
    std::int64_t last_ms = 0;
    for (std::uint32_t i = 0; in.ok() && i < count; ++i) {
        frames.push_back(read_frame(in));
        if (frames.back().from_ms < last_ms) {
            in.reject();
        }
        last_ms = frames.back().to_ms;
    }
    if (last_ms > facts.duration_ms || facts.decoded_frames < frames.size()) {
        in.reject();
    }
    return frames;
}

VideoFacts read_facts(WireReader& in, const VideoLimits& limits) {
    VideoFacts facts;
    read_head(in, facts, limits);
    facts.frames = read_frames(in, facts, limits);
    facts.trimmed = read_frames(in, facts, limits);
    facts.metadata = read_metadata(in, limits.max_metadata_fields, limits.max_metadata_bytes);
    facts.contact_sheet = read_jpeg(in, kMaxContactSheetBytes);
    read_partial(in, facts.partial, facts.partial_reason);
    return facts;
}

} // namespace

Bytes encode(const VideoRequest& request) {
    WireWriter out;
    out.u8(kExamine);
    out.u64(request.limits.max_file_bytes);
    out.u64(request.limits.max_pixels);
    out.u32(request.limits.max_side);
    out.u32(request.limits.max_frames);
    out.u64(request.limits.max_packets);
    out.u64(request.limits.max_decoded_pixels);
    out.u32(request.limits.max_metadata_fields);
    out.u32(request.limits.max_metadata_bytes);
    out.u8(static_cast<std::uint8_t>(request.sampling));
    return out.take();
}

Result<VideoRequest> decode_video_request(ByteView message) {
    WireReader in(message);
    VideoRequest request;
    const std::uint8_t kind = in.u8();
    request.limits.max_file_bytes = in.u64();
    request.limits.max_pixels = in.u64();
    request.limits.max_side = in.u32();
    request.limits.max_frames = in.u32();
    request.limits.max_packets = in.u64();
    request.limits.max_decoded_pixels = in.u64();
    request.limits.max_metadata_fields = in.u32();
    request.limits.max_metadata_bytes = in.u32();
    request.sampling = in.enumerator(kLastSampling);
    if (kind != kExamine || !in.finish()) {
        return fail(Errc::malformed, "not a request of the pool of videos");
    }
    return request;
}

Bytes encode(const VideoAnswer& answer) {
    return encode_outcome(answer, write_facts);
}

Result<VideoAnswer> decode_video_answer(ByteView message, const VideoLimits& limits) {
    return decode_outcome<VideoFacts>(message, kVideoFailures,
                                      [&](WireReader& in) { return read_facts(in, limits); });
}

std::size_t max_answer_bytes(const VideoLimits& limits) {
    // Names and values have a length of 4 bytes in front; the rest is a few fixed fields.
    return std::size_t{2} * limits.max_frames * kFrameBytes + limits.max_metadata_bytes +
           std::size_t{8} * limits.max_metadata_fields + kMaxContactSheetBytes + kMaxReasonBytes +
           4096;
}

} // namespace rempart::media
