// SPDX-License-Identifier: Apache-2.0
#include "media/media_worker/examine.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "media/media_worker/bmp_picture.hpp"
#include "media/media_worker/jpeg_picture.hpp"
#include "media/media_worker/metadata.hpp"
#include "media/media_worker/picture_sink.hpp"
#include "media/media_worker/samples.hpp"
#include "media/media_worker/vips_picture.hpp"
#include "rempart/core/text.hpp"
#include "rempart/media/file_type.hpp"

namespace rempart::media {
namespace {

Error cut_message(Error error) {
    error.message = std::string(cut_utf8(to_utf8(error.message), kMaxReasonBytes));
    return error;
}

// A field of ours, if there is room: that more frames are distinct than are kept.
void note_frames_left_out(PictureFacts& facts, std::uint32_t count, const PictureLimits& limits) {
    MetadataField field{"Rempart.FramesLeftOut", std::to_string(count)};
    std::size_t bytes = field.name.size() + field.value.size();
    for (const MetadataField& other : facts.metadata) {
        bytes += other.name.size() + other.value.size();
    }
    if (count > 0 && facts.metadata.size() < limits.max_metadata_fields &&
        bytes <= limits.max_metadata_bytes) {
        facts.metadata.insert(
            std::ranges::upper_bound(facts.metadata, field.name, {}, &MetadataField::name), field);
    }
}

Decoded decode(ByteView file, std::string_view format, PictureSink& sink) {
    if (format == "jpeg") {
        return decode_jpeg(file, sink);
    }
    if (format == "bmp") {
        return decode_bmp(file, sink);
    }
    return decode_with_vips(file, format, sink);
}

} // namespace

PictureAnswer examine_picture(ByteView file, const PictureRequest& request) {
    const FileType type = detect_type(file);
    if (type.family != FileFamily::picture) {
        return fail(Errc::malformed, "not the bytes of a picture of a known format");
    }
    if (type.id != "jpeg" && type.id != "bmp" && !vips_decodes(type.id)) {
        return fail(Errc::unsupported, std::string(type.id) + " pictures are not decoded");
    }
    Metadata metadata = read_metadata(file, type.id, request.limits);
    // The decoder of these turns the pixels as the container says; EXIF repeats it or is stale
    // (ISO/IEC 23008-12, 6.5.10 and A.2.3).
    const bool turned_by_decoder = type.id == "heic" || type.id == "avif";
    const int orientation = turned_by_decoder ? 1 : metadata.orientation;
    PictureSink sink(request, file.size(), orientation);
    auto decoded = decode(file, type.id, sink);
    if (!decoded) {
        return fail(cut_message(std::move(decoded).error()));
    }
    PictureFacts facts = sink.finish();
    facts.format = type.id;
    facts.metadata = std::move(metadata.fields);
    note_frames_left_out(facts, sink.frames_left_out(), request.limits);
    if (const std::optional<Partial>& partial = *decoded) {
        facts.partial = true;
        facts.partial_reason =
            cut_message({partial->code, std::string(name(partial->code)) + ": " + partial->reason})
                .message;
    }
    return facts;
}

Result<void> start_decoders() {
    start_exiv2();
    if (auto started = start_vips(); !started) {
        return started;
    }
    for (const Sample& sample : samples()) {
        const auto answer =
            examine_picture(bytes_of(sample.file), {.limits = {}, .work_bytes = 1U << 20});
        if (!answer) {
            return fail(Errc::unsupported,
                        std::string(sample.format) +
                            " cannot be decoded here: " + answer.error().message);
        }
    }
    return {};
}

} // namespace rempart::media
