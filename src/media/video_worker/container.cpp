// SPDX-License-Identifier: Apache-2.0
#include "media/video_worker/container.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "media/picture_protocol.hpp"
#include "rempart/core/fd.hpp"
#include "rempart/core/text.hpp"

namespace rempart::media {
namespace {

struct Demuxer {
    std::string_view format; ///< FileType::id.
    const char* name;
    bool states_streams; ///< Its header tells of every stream and its size: nothing is probed.
};
constexpr std::array kDemuxers{
    Demuxer{"mp4", "mov", true},        Demuxer{"mov", "mov", true},
    Demuxer{"3gp", "mov", true},        Demuxer{"mkv", "matroska", true},
    Demuxer{"webm", "matroska", true},  Demuxer{"avi", "avi", true},
    Demuxer{"asf", "asf", true},        Demuxer{"flv", "flv", false},
    Demuxer{"mpegts", "mpegts", false}, Demuxer{"mpeg", "mpeg", false},
    Demuxer{"ogv", "ogg", false},       Demuxer{"rm", "rm", true},
};

const Demuxer* demuxer_for(std::string_view format) noexcept {
    const auto* const found = std::ranges::find(kDemuxers, format, &Demuxer::format);
    return found == kDemuxers.end() ? nullptr : found;
}

constexpr int kIoBufferBytes = 64 << 10;

int read_bytes(void* opaque, std::uint8_t* buffer, int size) {
    auto& reader = *static_cast<FileReader*>(opaque);
    const auto got =
        read_at(reader.descriptor, static_cast<std::uint64_t>(reader.at),
                std::as_writable_bytes(std::span(buffer, static_cast<std::size_t>(size))));
    if (!got) {
        reader.failed = true;
        return AVERROR(EIO);
    }
    reader.at += static_cast<std::int64_t>(*got);
    return *got == 0 ? AVERROR_EOF : static_cast<int>(*got);
}

std::int64_t seek_bytes(void* opaque, std::int64_t offset, int whence) {
    auto& reader = *static_cast<FileReader*>(opaque);
    if ((whence & AVSEEK_SIZE) != 0) {
        return reader.size_bytes;
    }
    const int how = whence & ~AVSEEK_FORCE;
    const std::int64_t from = how == SEEK_SET ? 0 : how == SEEK_CUR ? reader.at : reader.size_bytes;
    std::int64_t to = 0;
    if (__builtin_add_overflow(from, offset, &to) || to < 0) {
        return AVERROR(EINVAL);
    }
    return reader.at = to;
}

// Whatever a container names beside itself stays unopened.
int refuse_to_open(AVFormatContext* /*context*/, AVIOContext** /*io*/, const char* /*url*/,
                   int /*flags*/, AVDictionary** /*options*/) {
    return AVERROR(EPERM);
}

Error error_of_opening(int code) {
    if (code == AVERROR(ENOMEM)) {
        return {Errc::memory, "the container's index needs more memory than allowed"};
    }
    if (code == AVERROR_EOF) {
        return {Errc::truncated, "the container ends before its index"};
    }
    return {Errc::malformed, "not a container of the format that its first bytes name"};
}

} // namespace

std::string_view demuxer_of(std::string_view format) noexcept {
    const Demuxer* demuxer = demuxer_for(format);
    return demuxer == nullptr ? std::string_view{} : std::string_view(demuxer->name);
}

Container::Container(Container&&) noexcept = default;
Container::~Container() = default;

Result<Container> Container::open(int descriptor, std::uint64_t size_bytes, std::string_view format,
                                  Packets packets) {
    const Demuxer* demuxer = demuxer_for(format);
    const AVInputFormat* input = demuxer == nullptr ? nullptr : av_find_input_format(demuxer->name);
    if (input == nullptr) {
        return fail(Errc::unsupported, std::string(format) + " videos are not read");
    }
    Container container;
    container.reader_ = std::make_unique<FileReader>(
        FileReader{.descriptor = descriptor, .size_bytes = static_cast<std::int64_t>(size_bytes)});
    auto* buffer = static_cast<std::uint8_t*>(av_malloc(kIoBufferBytes));
    AVIOContext* io = avio_alloc_context(buffer, kIoBufferBytes, 0, container.reader_.get(),
                                         read_bytes, nullptr, seek_bytes);
    AVFormatContext* context = avformat_alloc_context();
    if (io == nullptr || context == nullptr) {
        return fail(Errc::memory, "no memory for a container");
    }
    container.io_.reset(io);
    context->pb = io;
    context->flags |= AVFMT_FLAG_CUSTOM_IO;
    context->io_open = refuse_to_open;
    context->format_whitelist = av_strdup(input->name);
    context->protocol_whitelist = av_strdup("none");
    if (const int failed = avformat_open_input(&context, "", input, nullptr); failed < 0) {
        return fail(error_of_opening(failed)); // it has freed the context
    }
    container.format_.reset(context);
    if (auto chosen = container.choose_stream(packets); chosen && demuxer->states_streams) {
        return container;
    }
    if (avformat_find_stream_info(context, nullptr) < 0) {
        return fail(Errc::malformed, "the streams of the container cannot be told");
    }
    if (auto chosen = container.choose_stream(packets); !chosen) {
        return fail(std::move(chosen).error());
    }
    return container;
}

// The largest picture; covers of music and thumbnails are no videos.
Result<void> Container::choose_stream(Packets packets) {
    stream_ = nullptr;
    std::int64_t largest = 0;
    for (unsigned i = 0; i < format_->nb_streams; ++i) {
        AVStream* stream = format_->streams[i];
        const AVCodecParameters& parameters = *stream->codecpar;
        stream->discard = AVDISCARD_ALL;
        if (parameters.codec_type != AVMEDIA_TYPE_VIDEO ||
            (stream->disposition & AV_DISPOSITION_ATTACHED_PIC) != 0 || parameters.width <= 0 ||
            parameters.height <= 0) {
            continue;
        }
        const std::int64_t pixels = std::int64_t{parameters.width} * parameters.height;
        if (pixels > largest) {
            largest = pixels;
            stream_ = stream;
        }
    }
    if (stream_ == nullptr) {
        for (unsigned i = 0; i < format_->nb_streams; ++i) {
            format_->streams[i]->discard = AVDISCARD_DEFAULT; // to be probed
        }
        return fail(Errc::malformed, "there is no video in the container");
    }
    stream_->discard = packets == Packets::all ? AVDISCARD_DEFAULT : AVDISCARD_NONKEY;
    return {};
}

Container::Read Container::next(AVPacket& packet) {
    while (true) {
        av_packet_unref(&packet);
        const int got = av_read_frame(format_.get(), &packet);
        if (got == AVERROR_EOF) {
            return format_->pb->error < 0 && format_->pb->error != AVERROR_EOF ? Read::damaged
                                                                               : Read::end;
        }
        if (got < 0) {
            return Read::damaged;
        }
        if (packet.stream_index == stream_->index) {
            return Read::packet;
        }
    }
}

const AVCodecParameters& Container::parameters() const {
    return *stream_->codecpar;
}

std::optional<std::int64_t> Container::milliseconds(std::int64_t timestamp) const {
    if (timestamp == AV_NOPTS_VALUE || stream_->time_base.num <= 0 || stream_->time_base.den <= 0) {
        return std::nullopt;
    }
    const std::int64_t start = stream_->start_time == AV_NOPTS_VALUE ? 0 : stream_->start_time;
    std::int64_t since = 0;
    if (__builtin_sub_overflow(timestamp, start, &since)) {
        return std::nullopt;
    }
    const std::int64_t ms = av_rescale_q(since, stream_->time_base, AVRational{1, 1000});
    return ms > kMaxVideoMs || ms < -kMaxVideoMs ? std::nullopt : std::optional(ms);
}

std::int64_t Container::stated_duration_ms() const {
    std::int64_t ms = 0;
    if (stream_->duration > 0) {
        ms = av_rescale_q(stream_->duration, stream_->time_base, AVRational{1, 1000});
    } else if (format_->duration > 0) {
        ms = format_->duration / (AV_TIME_BASE / 1000);
    }
    return ms < 0 || ms > kMaxVideoMs ? 0 : ms;
}

int Container::rotation() const {
    std::size_t size = 0;
    const std::uint8_t* matrix = av_stream_get_side_data(stream_, AV_PKT_DATA_DISPLAYMATRIX, &size);
    if (matrix == nullptr || size < 9 * sizeof(std::int32_t)) {
        return 0;
    }
    const double counter_clockwise =
        av_display_rotation_get(reinterpret_cast<const std::int32_t*>(matrix));
    if (!std::isfinite(counter_clockwise)) {
        return 0;
    }
    const int quarters = static_cast<int>(std::lround(-counter_clockwise / 90));
    return ((quarters % 4) + 4) % 4 * 90;
}

namespace {

void add_tags(const AVDictionary* tags, const VideoLimits& limits,
              std::vector<MetadataField>& fields) {
    std::size_t bytes = 0;
    for (const MetadataField& field : fields) {
        bytes += field.name.size() + field.value.size();
    }
    const AVDictionaryEntry* tag = nullptr;
    while ((tag = av_dict_get(tags, "", tag, AV_DICT_IGNORE_SUFFIX)) != nullptr) {
        MetadataField field{std::string(cut_utf8("Video." + to_utf8(tag->key), kMaxFieldNameBytes)),
                            std::string(cut_utf8(to_utf8(tag->value), kMaxFieldValueBytes))};
        bytes += field.name.size() + field.value.size();
        if (fields.size() == limits.max_metadata_fields || bytes > limits.max_metadata_bytes) {
            return;
        }
        fields.push_back(std::move(field));
    }
}

} // namespace

std::vector<MetadataField> Container::metadata(const VideoLimits& limits) const {
    std::vector<MetadataField> fields;
    add_tags(format_->metadata, limits, fields);
    add_tags(stream_->metadata, limits, fields);
    std::ranges::stable_sort(fields, {}, &MetadataField::name);
    return fields;
}

} // namespace rempart::media
