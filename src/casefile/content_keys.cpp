// SPDX-License-Identifier: Apache-2.0
// What a content is compared by: its digests, fingerprints and frames.
#include <utility>

#include "casefile/contents.hpp"
#include "casefile/database.hpp"
#include "rempart/casefile/evidence.hpp"

namespace rempart::casefile {

Result<std::vector<FingerprintRecord>> fingerprints_of(Statement& statement, RowId content) {
    std::vector<FingerprintRecord> all;
    statement.start(content);
    auto read = statement.each([&](Row& row) -> Result<void> {
        FingerprintRecord& print = all.emplace_back();
        if (!row.take(print.algorithm, print.variant, print.quality, print.value,
                      print.orientations)) {
            return Row::damaged();
        }
        return {};
    });
    if (!read) {
        return fail(std::move(read).error());
    }
    return all;
}

Result<std::vector<VideoFrameRecord>> frames_of(Statement& statement, RowId content) {
    std::vector<VideoFrameRecord> all;
    statement.start(content);
    auto read = statement.each([&](Row& row) -> Result<void> {
        VideoFrameRecord& frame = all.emplace_back();
        std::int64_t ordinal = 0;
        if (!row.take(frame.from_ms, frame.to_ms, frame.quality, frame.orientations, ordinal)) {
            return Row::damaged();
        }
        frame.is_trimmed = ordinal >= kFirstTrimmedFrame;
        return {};
    });
    return read ? Result<std::vector<VideoFrameRecord>>(std::move(all))
                : fail(std::move(read).error());
}

namespace {

// The statements behind each_content: what hangs on a content, where anything does.
struct KeyReader {
    Statement prints, frames;

    static Result<KeyReader> prepare(Database& database) {
        auto prints = database.prepare(kFingerprintsOfContent);
        auto frames = database.prepare(kFramesOfContent);
        if (!prints || !frames) {
            return fail(prints ? frames.error() : prints.error());
        }
        return KeyReader{std::move(*prints), std::move(*frames)};
    }

    Result<ContentKeys> read(Row& row) {
        ContentKeys keys;
        bool is_picture = false, is_video = false;
        std::optional<std::array<std::byte, 16>> red, blue;
        if (!row.take(keys.content, keys.sha256, keys.sha1, keys.md5, is_picture, is_video, red,
                      blue)) {
            return Row::damaged();
        }
        if (red && blue) {
            keys.ed2k = {*red, *blue};
        }
        if (is_picture) {
            auto fingerprints = fingerprints_of(prints, keys.content);
            if (!fingerprints) {
                return fail(std::move(fingerprints).error());
            }
            keys.fingerprints = std::move(*fingerprints);
        }
        if (is_video) {
            auto seen = frames_of(frames, keys.content);
            if (!seen) {
                return fail(std::move(seen).error());
            }
            keys.frames = std::move(*seen);
        }
        return keys;
    }
};

} // namespace

Result<void> each_content(Case& file, const std::function<Result<void>(const ContentKeys&)>& take) {
    Database& database = file.database();
    const auto snapshot = Snapshot::begin(database);
    if (!snapshot) {
        return fail(snapshot.error());
    }
    auto reader = KeyReader::prepare(database);
    if (!reader) {
        return fail(std::move(reader).error());
    }
    return database.each("SELECT id, sha256, sha1, md5, EXISTS (SELECT 1 FROM fingerprints f "
                         "WHERE f.content_id = contents.id), EXISTS (SELECT 1 FROM videos v "
                         "WHERE v.content_id = contents.id), e.ed2k, e.ed2k_blue FROM contents "
                         "LEFT JOIN content_ed2k e ON e.content_id = contents.id ORDER BY id",
                         [&](Row& row) -> Result<void> {
                             const auto keys = reader->read(row);
                             return keys ? take(*keys) : fail(keys.error());
                         });
}

} // namespace rempart::casefile
