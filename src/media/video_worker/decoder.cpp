// SPDX-License-Identifier: Apache-2.0
#include "media/video_worker/decoder.hpp"

#include <algorithm>
#include <array>
#include <string>

#include <fmt/format.h>

namespace rempart::media {
namespace {

struct Line {
    AVCodecID codec;
    const char* decoder;
};
// What is met in evidence: phones, messengers, cameras, the web, discs, and the files of twenty
// years. Each line is more code that meets hostile bytes.
constexpr std::array kDecoders{
    Line{AV_CODEC_ID_H264, "h264"},
    Line{AV_CODEC_ID_HEVC, "hevc"},
    Line{AV_CODEC_ID_AV1, "libdav1d"},
    Line{AV_CODEC_ID_VP8, "vp8"},
    Line{AV_CODEC_ID_VP9, "vp9"},
    Line{AV_CODEC_ID_MPEG4, "mpeg4"},
    Line{AV_CODEC_ID_H263, "h263"},
    Line{AV_CODEC_ID_H263I, "h263i"},
    Line{AV_CODEC_ID_H263P, "h263p"},
    Line{AV_CODEC_ID_MSMPEG4V1, "msmpeg4v1"},
    Line{AV_CODEC_ID_MSMPEG4V2, "msmpeg4v2"},
    Line{AV_CODEC_ID_MSMPEG4V3, "msmpeg4"},
    Line{AV_CODEC_ID_WMV1, "wmv1"},
    Line{AV_CODEC_ID_WMV2, "wmv2"},
    Line{AV_CODEC_ID_WMV3, "wmv3"},
    Line{AV_CODEC_ID_VC1, "vc1"},
    Line{AV_CODEC_ID_MPEG1VIDEO, "mpeg1video"},
    Line{AV_CODEC_ID_MPEG2VIDEO, "mpeg2video"},
    Line{AV_CODEC_ID_FLV1, "flv"},
    Line{AV_CODEC_ID_VP6, "vp6"},
    Line{AV_CODEC_ID_VP6F, "vp6f"},
    Line{AV_CODEC_ID_THEORA, "theora"},
    Line{AV_CODEC_ID_RV10, "rv10"},
    Line{AV_CODEC_ID_RV20, "rv20"},
    Line{AV_CODEC_ID_RV30, "rv30"},
    Line{AV_CODEC_ID_RV40, "rv40"},
    Line{AV_CODEC_ID_SVQ1, "svq1"},
    Line{AV_CODEC_ID_SVQ3, "svq3"},
    Line{AV_CODEC_ID_CINEPAK, "cinepak"},
    Line{AV_CODEC_ID_MJPEG, "mjpeg"},
    Line{AV_CODEC_ID_DVVIDEO, "dvvideo"},
    Line{AV_CODEC_ID_PRORES, "prores"},
    Line{AV_CODEC_ID_HUFFYUV, "huffyuv"},
    Line{AV_CODEC_ID_FFVHUFF, "ffvhuff"},
    Line{AV_CODEC_ID_FFV1, "ffv1"},
    Line{AV_CODEC_ID_RAWVIDEO, "rawvideo"},
};

Result<void> hold_against_limits(const AVCodecParameters& parameters, const VideoLimits& limits) {
    const auto width = static_cast<std::uint32_t>(parameters.width);
    const auto height = static_cast<std::uint32_t>(parameters.height);
    if (std::max(width, height) > limits.max_side ||
        std::uint64_t{width} * height > limits.max_pixels) {
        return fail(Errc::limit_exceeded,
                    fmt::format("{} x {} pixels, limit {} a side and {} in all", width, height,
                                limits.max_side, limits.max_pixels));
    }
    return {};
}

} // namespace

const char* decoder_of(AVCodecID codec) noexcept {
    const auto* const found = std::ranges::find(kDecoders, codec, &Line::codec);
    return found == kDecoders.end() ? nullptr : found->decoder;
}

Result<void> check_decoders() {
    for (const Line& line : kDecoders) {
        if (avcodec_find_decoder_by_name(line.decoder) == nullptr) {
            return fail(Errc::unsupported,
                        fmt::format("FFmpeg here has no decoder {}", line.decoder));
        }
    }
    return {};
}

Result<Decoder> Decoder::open(const AVCodecParameters& parameters, const VideoLimits& limits,
                              AVDiscard skip) {
    const char* name = decoder_of(parameters.codec_id);
    const AVCodec* codec = name == nullptr ? nullptr : avcodec_find_decoder_by_name(name);
    if (codec == nullptr) {
        return fail(Errc::unsupported, fmt::format("videos coded as {} are not decoded",
                                                   parameters.codec_id == AV_CODEC_ID_NONE
                                                       ? "something unknown"
                                                       : avcodec_get_name(parameters.codec_id)));
    }
    if (auto held = hold_against_limits(parameters, limits); !held) {
        return fail(std::move(held).error());
    }
    Decoder decoder;
    decoder.context_.reset(avcodec_alloc_context3(codec));
    decoder.frame_.reset(av_frame_alloc());
    if (!decoder.context_ || !decoder.frame_) {
        return fail(Errc::memory, "no memory for a decoder");
    }
    AVCodecContext& context = *decoder.context_;
    if (avcodec_parameters_to_context(&context, &parameters) < 0) {
        return fail(Errc::malformed, "the stream's parameters are not sound");
    }
    context.thread_count = 1; // no thread may start in here
    context.max_pixels = static_cast<std::int64_t>(limits.max_pixels);
    context.skip_frame = skip;
    context.flags |= AV_CODEC_FLAG_OUTPUT_CORRUPT; // what decodes is used
    const int opened = avcodec_open2(&context, codec, nullptr);
    if (opened == AVERROR(ENOMEM)) {
        return fail(Errc::memory, "the decoder needs more memory than allowed");
    }
    if (opened < 0) {
        return fail(Errc::malformed, fmt::format("the {} decoder refuses the stream", codec->name));
    }
    return decoder;
}

bool Decoder::decode(const AVPacket* packet, const std::function<void(const AVFrame&)>& take) {
    const int sent = avcodec_send_packet(context_.get(), packet);
    bool sound = sent >= 0;
    if (sent < 0 && sent != AVERROR(EAGAIN)) {
        return false;
    }
    while (true) {
        const int got = avcodec_receive_frame(context_.get(), frame_.get());
        if (got == AVERROR(EAGAIN) || got == AVERROR_EOF) {
            return sound;
        }
        if (got < 0) {
            return false;
        }
        sound = sound && frame_->decode_error_flags == 0 &&
                (frame_->flags & AV_FRAME_FLAG_CORRUPT) == 0;
        take(*frame_);
        av_frame_unref(frame_.get());
    }
}

void Decoder::forget() {
    avcodec_flush_buffers(context_.get());
}

} // namespace rempart::media
