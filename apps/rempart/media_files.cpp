// SPDX-License-Identifier: Apache-2.0
#include "rempart/media_files.hpp"

#include <algorithm>
#include <utility>

#include "rempart/core/fd.hpp"
#include "rempart/files.hpp"
#include "rempart/sandbox/child.hpp"

namespace rempart::cli {
namespace {

using recognise::PdqHash;

/// What one reading of a file tells.
struct ReadOnce {
    std::uint64_t size_bytes = 0;
    recognise::Digests digests;
    media::FileType type;
};

Result<ReadOnce> read_once(int descriptor, recognise::DigestSet set) {
    constexpr std::size_t kPieceBytes = std::size_t{1} << 18; // fits into a core's cache
    static_assert(kPieceBytes >= media::kTypeHeadBytes);
    recognise::Digester digester(set);
    ReadOnce read;
    Bytes piece(kPieceBytes);
    while (true) {
        const auto got = read_at(descriptor, read.size_bytes, piece);
        if (!got) {
            return fail(got.error());
        }
        const ByteView bytes = ByteView(piece).first(*got);
        if (read.size_bytes == 0) {
            read.type = media::detect_type(bytes.first(std::min(*got, media::kTypeHeadBytes)));
        }
        digester.update(bytes);
        read.size_bytes += *got;
        if (*got < piece.size()) {
            read.digests = digester.finish();
            return read;
        }
    }
}

} // namespace

std::optional<Error> partial_fault(const MediaFacts& facts) {
    return std::visit(
        [](const auto& of_kind) -> std::optional<Error> {
            if (!of_kind.partial) {
                return std::nullopt;
            }
            const std::string_view reason = of_kind.partial_reason;
            const auto code = errc_named(reason.substr(0, reason.find(':')));
            return Error{code.value_or(Errc::damaged), of_kind.partial_reason};
        },
        facts);
}

Result<media::Pool*> MediaFiles::pictures() {
    const std::scoped_lock lock(starting_);
    if (!pictures_) {
        const auto role = sandbox::find_role("media_worker");
        if (!role) {
            return fail(role.error());
        }
        auto pool = media::Pool::create(
            {.worker_program = *role, .workers = workers_, .picture = {}, .sandbox = {}});
        if (!pool) {
            return fail(std::move(pool).error());
        }
        pictures_.emplace(std::move(*pool));
    }
    return &*pictures_;
}

Result<media::VideoPool*> MediaFiles::videos() {
    const std::scoped_lock lock(starting_);
    if (!videos_) {
        const auto role = sandbox::find_role("video_worker");
        if (!role) {
            return fail(role.error());
        }
        auto pool =
            media::VideoPool::create({.worker_program = *role, .workers = workers_, .video = {}});
        if (!pool) {
            return fail(std::move(pool).error());
        }
        videos_.emplace(std::move(*pool));
    }
    return &*videos_;
}

Result<MediaFacts> MediaFiles::examine(const media::FileType& type, int descriptor) {
    if (type.family == media::FileFamily::video) {
        const auto pool = videos();
        if (!pool) {
            return fail(pool.error());
        }
        auto facts = (*pool)->examine(descriptor, sampling_);
        return facts ? Result<MediaFacts>(std::move(*facts)) : fail(std::move(facts).error());
    }
    const auto pool = pictures();
    if (!pool) {
        return fail(pool.error());
    }
    auto facts = (*pool)->examine_picture(descriptor);
    return facts ? Result<MediaFacts>(std::move(*facts)) : fail(std::move(facts).error());
}

Result<LookedAt> MediaFiles::look_at(const std::string& path) {
    const auto file = open_own_file(path);
    if (!file) {
        return fail(file.error());
    }
    const auto read = read_once(file->get(), digests_);
    if (!read) {
        return fail(read.error());
    }
    return LookedAt{read->size_bytes, read->digests, read->type, examine(read->type, file->get())};
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
    looks.reserve(facts.frames.size() + facts.trimmed.size());
    const auto add = [&](const media::VideoFrame& frame, bool is_trimmed) {
        recognise::VideoLook& look = looks.emplace_back();
        look.span = {frame.from_ms, frame.to_ms};
        look.is_trimmed = is_trimmed;
        look.fingerprint.quality = frame.quality;
        for (std::size_t i = 0; i < recognise::kOrientations; ++i) {
            look.fingerprint.hashes[i] = PdqHash::from_bytes(frame.hashes[i]);
        }
    };
    for (const media::VideoFrame& frame : facts.frames) {
        add(frame, false);
    }
    for (const media::VideoFrame& frame : facts.trimmed) {
        add(frame, true);
    }
    return looks;
}

} // namespace rempart::cli
