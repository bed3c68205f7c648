// SPDX-License-Identifier: Apache-2.0
#include "pipeline/content_facts.hpp"

#include <utility>

namespace rempart::pipeline {
namespace {

Bytes joined(const std::vector<Bytes>& parts) {
    Bytes all;
    for (const Bytes& part : parts) {
        all.insert(all.end(), part.begin(), part.end());
    }
    return all;
}

void take_picture(media::PictureFacts&& facts, casefile::ContentRecord& content) {
    content.picture = casefile::PictureRecord{.format = std::move(facts.format),
                                              .width = facts.width,
                                              .height = facts.height,
                                              .frames = facts.frames,
                                              .exif_orientation = facts.exif_orientation,
                                              .partial_reason = std::move(facts.partial_reason)};
    for (media::RawFingerprint& raw : facts.fingerprints) {
        if (raw.orientations.empty()) {
            continue;
        }
        content.fingerprints.push_back({.algorithm = std::move(raw.algorithm),
                                        .variant = std::move(raw.variant),
                                        .quality = raw.quality,
                                        .value = raw.orientations.front(),
                                        .orientations = joined(raw.orientations)});
    }
    for (media::MetadataField& field : facts.metadata) {
        content.metadata.push_back({std::move(field.name), std::move(field.value)});
    }
    content.thumbnail = std::move(facts.thumbnail);
}

void take_frames(const std::vector<media::VideoFrame>& frames, bool is_trimmed,
                 std::vector<casefile::VideoFrameRecord>& rows) {
    rows.reserve(rows.size() + frames.size());
    for (const media::VideoFrame& frame : frames) {
        casefile::VideoFrameRecord& row = rows.emplace_back();
        row.from_ms = frame.from_ms;
        row.to_ms = frame.to_ms;
        row.quality = frame.quality;
        row.is_trimmed = is_trimmed;
        for (const auto& hash : frame.hashes) {
            row.orientations.insert(row.orientations.end(), hash.begin(), hash.end());
        }
    }
}

void take_video(media::VideoFacts&& facts, casefile::ContentRecord& content) {
    content.video = casefile::VideoRecord{.format = std::move(facts.format),
                                          .codec = std::move(facts.codec),
                                          .width = facts.width,
                                          .height = facts.height,
                                          .rotation = facts.rotation,
                                          .duration_ms = facts.duration_ms,
                                          .decoded_frames = facts.decoded_frames,
                                          .partial_reason = std::move(facts.partial_reason)};
    take_frames(facts.frames, false, content.frames);
    take_frames(facts.trimmed, true, content.frames);
    for (media::MetadataField& field : facts.metadata) {
        content.metadata.push_back({std::move(field.name), std::move(field.value)});
    }
    content.thumbnail = std::move(facts.contact_sheet);
}

bool is_media(const media::FileType& type) {
    return type.family == media::FileFamily::picture || type.family == media::FileFamily::video;
}

// What the confined decoder says of it, or why nobody looked.
void examine(const Context& context, const KnownBytes& bytes, casefile::ContentRecord& content) {
    const bool is_video = bytes.type.family == media::FileFamily::video;
    if (bytes.is_too_large) {
        content.media_error = Error{Errc::limit_exceeded,
                                    "a video inside an image or archive, too large to be copied"};
        return;
    }
    if (bytes.descriptor < 0) {
        content.media_error = Error{Errc::skipped, "pictures were not looked at in this run"};
        return;
    }
    if (is_video) {
        auto facts = context.videos.examine(bytes.descriptor);
        facts ? take_video(std::move(*facts), content)
              : void(content.media_error = std::move(facts).error());
        return;
    }
    auto facts = context.media.examine_picture(bytes.descriptor);
    facts ? take_picture(std::move(*facts), content)
          : void(content.media_error = std::move(facts).error());
}

} // namespace

Result<void> learn(const Context& context, const KnownBytes& bytes, Finished& finished) {
    auto& content = finished.content.emplace();
    content.sha256 = bytes.digests.sha256;
    content.sha1 = bytes.digests.sha1;
    content.md5 = bytes.digests.md5;
    if (context.matcher.digest_set() == recognise::DigestSet::all_and_ed2k) {
        content.ed2k = {bytes.digests.ed2k, bytes.digests.ed2k_blue};
    }
    content.size_bytes = bytes.size_bytes;
    content.type = bytes.type.id;
    content.mime = bytes.type.mime;
    content.family = name(bytes.type.family);
    if (is_media(bytes.type)) {
        const auto examined = context.stored.is_examined(content.sha256);
        if (!examined) {
            return fail(examined.error());
        }
        if (!*examined) {
            examine(context, bytes, content);
        }
    }
    auto hits = context.matcher.match(
        {.digests = bytes.digests, .fingerprints = content.fingerprints, .frames = content.frames});
    if (!hits) {
        return fail(std::move(hits).error());
    }
    finished.hits = std::move(*hits);
    return {};
}

} // namespace rempart::pipeline
