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

} // namespace

Result<void> learn(const Context& context, const KnownBytes& bytes, Finished& finished) {
    auto& content = finished.content.emplace();
    content.sha256 = bytes.digests.sha256;
    content.sha1 = bytes.digests.sha1;
    content.md5 = bytes.digests.md5;
    content.size_bytes = bytes.size_bytes;
    content.type = bytes.type.id;
    content.mime = bytes.type.mime;
    content.family = name(bytes.type.family);
    if (bytes.type.family == media::FileFamily::picture) {
        const auto examined = context.stored.is_examined(content.sha256);
        if (!examined) {
            return fail(examined.error());
        }
        if (!*examined && bytes.descriptor >= 0) {
            auto facts = context.media.examine_picture(bytes.descriptor);
            if (facts) {
                take_picture(std::move(*facts), content);
            } else {
                content.media_error = std::move(facts).error();
            }
        } else if (!*examined) {
            content.media_error = Error{Errc::skipped, "pictures were not looked at in this run"};
        }
    }
    finished.hits = context.matcher.match(bytes.digests, content.fingerprints, 0);
    return {};
}

} // namespace rempart::pipeline
