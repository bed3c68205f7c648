// SPDX-License-Identifier: Apache-2.0
#include "casefile/canonical.hpp"

#include <algorithm>
#include <tuple>

#include "casefile/contents.hpp"
#include "casefile/database.hpp"
#include "casefile/sha256.hpp"
#include "rempart/casefile/evidence.hpp"
#include "rempart/core/hex.hpp"

namespace rempart::casefile {
namespace {

// The statements that read what belongs to one content.
struct Parts {
    Statement picture, video, frames, fingerprints, metadata, thumbnail;

    static Result<Parts> prepare(Database& database) {
        auto picture = database.prepare("SELECT format, width, height, frames, exif_orientation, "
                                        "partial_reason FROM pictures WHERE content_id = $1");
        auto video = database.prepare("SELECT format, codec, width, height, rotation, duration_ms, "
                                      "decoded_frames, partial_reason FROM videos "
                                      "WHERE content_id = $1");
        auto frames = database.prepare(kFramesOfContent);
        auto fingerprints = database.prepare(kFingerprintsOfContent);
        auto metadata = database.prepare("SELECT name, value FROM metadata WHERE content_id = $1 "
                                         "ORDER BY name, value");
        auto thumbnail = database.prepare("SELECT bytes FROM thumbnails WHERE content_id = $1");
        for (const auto* prepared :
             {&picture, &video, &frames, &fingerprints, &metadata, &thumbnail}) {
            if (!*prepared) {
                return fail(prepared->error());
            }
        }
        return Parts{std::move(*picture),      std::move(*video),    std::move(*frames),
                     std::move(*fingerprints), std::move(*metadata), std::move(*thumbnail)};
    }
};

Result<void> write_picture(JsonWriter& out, Statement& statement, RowId content) {
    bool found = false;
    out.key("picture");
    statement.start(content);
    auto read = statement.each([&](Row& row) -> Result<void> {
        PictureRecord picture;
        if (!row.take(picture.format, picture.width, picture.height, picture.frames,
                      picture.exif_orientation, picture.partial_reason)) {
            return Row::damaged();
        }
        found = true;
        out.begin_object()
            .member("format", picture.format)
            .member("width", picture.width)
            .member("height", picture.height)
            .member("frames", picture.frames)
            .member("exif_orientation", picture.exif_orientation)
            .member("partial_reason", picture.partial_reason)
            .end_object();
        return {};
    });
    if (!found) {
        out.null();
    }
    return read;
}

Result<void> write_frames(JsonWriter& out, Statement& statement, RowId content) {
    const auto all = frames_of(statement, content);
    if (!all) {
        return fail(all.error());
    }
    out.key("frames").begin_array();
    for (const VideoFrameRecord& frame : *all) {
        out.begin_object()
            .member("from_ms", frame.from_ms)
            .member("to_ms", frame.to_ms)
            .member("quality", frame.quality)
            .member("orientations", encode_hex(frame.orientations));
        if (frame.is_trimmed) {
            out.member("trimmed", true);
        }
        out.end_object();
    }
    out.end_array();
    return {};
}

// Nothing for a content that is no video.
Result<void> write_video(JsonWriter& out, Parts& parts, RowId content) {
    std::optional<VideoRecord> video;
    parts.video.start(content);
    auto read = parts.video.each([&](Row& row) -> Result<void> {
        video.emplace();
        return row.take(video->format, video->codec, video->width, video->height, video->rotation,
                        video->duration_ms, video->decoded_frames, video->partial_reason)
                   ? Result<void>()
                   : Row::damaged();
    });
    if (!read || !video) {
        return read;
    }
    out.key("video")
        .begin_object()
        .member("format", video->format)
        .member("codec", video->codec)
        .member("width", video->width)
        .member("height", video->height)
        .member("rotation", video->rotation)
        .member("duration_ms", video->duration_ms)
        .member("decoded_frames", video->decoded_frames)
        .member("partial_reason", video->partial_reason);
    auto written = write_frames(out, parts.frames, content);
    out.end_object();
    return written;
}

Result<void> write_fingerprints(JsonWriter& out, Statement& statement, RowId content) {
    auto all = fingerprints_of(statement, content);
    if (!all) {
        return fail(std::move(all).error());
    }
    std::stable_sort(all->begin(), all->end(), [](const auto& a, const auto& b) {
        return std::tie(a.algorithm, a.variant) < std::tie(b.algorithm, b.variant);
    });
    out.key("fingerprints").begin_array();
    for (const FingerprintRecord& print : *all) {
        out.begin_object()
            .member("algorithm", print.algorithm)
            .member("variant", print.variant)
            .member("quality", print.quality)
            .member("hex", encode_hex(print.value))
            .member("orientations", encode_hex(print.orientations))
            .end_object();
    }
    out.end_array();
    return {};
}

Result<void> write_metadata(JsonWriter& out, Statement& statement, RowId content) {
    out.key("metadata").begin_array();
    statement.start(content);
    auto read = statement.each([&](Row& row) -> Result<void> {
        MetadataRecord field;
        row.take(field.name, field.value);
        out.begin_array().value(field.name).value(field.value).end_array();
        return {};
    });
    out.end_array();
    return read;
}

Result<void> write_thumbnail(JsonWriter& out, Statement& statement, RowId content) {
    bool found = false;
    out.key("thumbnail_sha256");
    statement.start(content);
    auto read = statement.each([&](Row& row) -> Result<void> {
        Bytes bytes;
        row.take(bytes);
        found = true;
        out.value(encode_hex(sha256_of(bytes)));
        return {};
    });
    if (!found) {
        out.null();
    }
    return read;
}

Result<void> write_parts(JsonWriter& out, Parts& parts, RowId content) {
    if (auto written = write_picture(out, parts.picture, content); !written) {
        return written;
    }
    if (auto written = write_video(out, parts, content); !written) {
        return written;
    }
    if (auto written = write_fingerprints(out, parts.fingerprints, content); !written) {
        return written;
    }
    if (auto written = write_metadata(out, parts.metadata, content); !written) {
        return written;
    }
    return write_thumbnail(out, parts.thumbnail, content);
}

} // namespace

Result<void> write_contents(Case& file, CanonicalFile& out) {
    auto parts = Parts::prepare(file.database());
    if (!parts) {
        return fail(std::move(parts).error());
    }
    const auto take_row = [&](Row& row) -> Result<void> {
        ContentRecord content;
        RowId id = 0;
        std::optional<std::array<std::byte, 16>> red, blue;
        if (!row.take(id, content.sha256, content.sha1, content.md5, content.size_bytes,
                      content.type, content.mime, content.family, content.media_error, red, blue)) {
            return Row::damaged();
        }
        JsonWriter& line = out.begin("content");
        line.member("sha256", encode_hex(content.sha256))
            .member("sha1", encode_hex(content.sha1))
            .member("md5", encode_hex(content.md5));
        if (red && blue) {
            line.member("ed2k", encode_hex(*red)).member("ed2k_blue", encode_hex(*blue));
        }
        line.member("size_bytes", content.size_bytes)
            .member("file_type", content.type)
            .member("mime", content.mime)
            .member("family", content.family);
        write_error(line, "media_error", content.media_error);
        if (auto written = write_parts(line, *parts, id); !written) {
            return written;
        }
        return out.end();
    };
    return file.database().each("SELECT id, sha256, sha1, md5, size_bytes, type, mime, family, "
                                "media_error_code, media_error_text, ed2k, ed2k_blue FROM contents "
                                "LEFT JOIN content_ed2k ON content_id = id ORDER BY sha256",
                                take_row);
}

} // namespace rempart::casefile
