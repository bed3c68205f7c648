// SPDX-License-Identifier: Apache-2.0
#include "rempart/media_files.hpp"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "rempart/core/fd.hpp"
#include "rempart/files.hpp"
#include "rempart/sandbox/child.hpp"

namespace rempart::cli {
namespace {

using recognise::PdqHash;

Result<media::Pool> start_pictures() {
    const auto role = sandbox::find_role("media_worker");
    return role ? media::Pool::create(
                      {.worker_program = *role, .workers = 1, .picture = {}, .sandbox = {}})
                : fail(role.error());
}

Result<media::VideoPool> start_videos() {
    const auto role = sandbox::find_role("video_worker");
    return role ? media::VideoPool::create({.worker_program = *role, .workers = 1, .video = {}})
                : fail(role.error());
}

// The pool, started where there is none.
template <typename Pool, typename Start>
Result<Pool*> started(std::optional<Pool>& pool, Start start) {
    if (!pool) {
        auto begun = start();
        if (!begun) {
            return fail(std::move(begun).error());
        }
        pool.emplace(std::move(*begun));
    }
    return &*pool;
}

} // namespace

Result<MediaFacts> MediaFiles::examine(const media::FileType& type, int descriptor) {
    if (type.family == media::FileFamily::video) {
        const auto pool = started(videos_, start_videos);
        if (!pool) {
            return fail(pool.error());
        }
        auto facts = (*pool)->examine(descriptor, sampling_);
        return facts ? Result<MediaFacts>(std::move(*facts)) : fail(std::move(facts).error());
    }
    const auto pool = started(pictures_, start_pictures);
    if (!pool) {
        return fail(pool.error());
    }
    auto facts = (*pool)->examine_picture(descriptor);
    return facts ? Result<MediaFacts>(std::move(*facts)) : fail(std::move(facts).error());
}

Result<LookedAt> MediaFiles::look_at(const std::string& path) {
    const auto mapped = MappedFile::open(path);
    if (!mapped) {
        return fail(mapped.error());
    }
    const ByteView bytes = bytes_of(mapped->text());
    recognise::Digester digester;
    digester.update(bytes);
    const auto file = open_read_only(std::filesystem::canonical(path));
    if (!file) {
        return fail(file.error());
    }
    const auto type =
        media::detect_type(bytes.first(std::min(bytes.size(), media::kTypeHeadBytes)));
    return LookedAt{digester.finish(), type, examine(type, file->get())};
}

std::vector<recognise::PdqFingerprint> queries_of(const media::PictureFacts& facts) {
    std::vector<recognise::PdqFingerprint> queries;
    for (const media::RawFingerprint& raw : facts.fingerprints) {
        auto& query = queries.emplace_back();
        query.quality = raw.quality;
        for (std::size_t i = 0; i < raw.orientations.size() && i < recognise::kOrientations; ++i) {
            query.hashes[i] = PdqHash::from_bytes(std::span(raw.orientations[i]).first<32>());
        }
    }
    return queries;
}

std::vector<recognise::VideoLook> looks_of(const media::VideoFacts& facts) {
    std::vector<recognise::VideoLook> looks;
    looks.reserve(facts.frames.size());
    for (const media::VideoFrame& frame : facts.frames) {
        recognise::VideoLook& look = looks.emplace_back();
        look.span = {frame.from_ms, frame.to_ms};
        look.fingerprint.quality = frame.quality;
        for (std::size_t i = 0; i < recognise::kOrientations; ++i) {
            look.fingerprint.hashes[i] = PdqHash::from_bytes(frame.hashes[i]);
        }
    }
    return looks;
}

} // namespace rempart::cli
