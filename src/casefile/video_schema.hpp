// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The step of the schema that videos need; migrations.cpp says in which spelling. Times of listed
/// frames and the places of hits are tables of their own: what older records sealed stays as it is.
///
///     videos          a content that is a video
///     video_frames    what was seen in it, by time: 8 PDQ hashes a frame or run of frames
///     list_frames     the time of a listed hash that is a frame of a listed video
///     hit_segments    where a hit is: in the video, and in the listed one

namespace rempart::casefile {

inline constexpr const char* kVideoSchema = R"sql(
CREATE TABLE videos (
    content_id INTEGER PRIMARY KEY REFERENCES contents (id),
    format TEXT NOT NULL, codec TEXT NOT NULL, width INTEGER NOT NULL, height INTEGER NOT NULL,
    rotation INTEGER NOT NULL, duration_ms INTEGER NOT NULL, decoded_frames INTEGER NOT NULL,
    partial_reason TEXT NOT NULL
) STRICT;
CREATE INDEX videos_in_part ON videos (content_id) WHERE partial_reason <> '';

CREATE TABLE video_frames (
    content_id INTEGER NOT NULL REFERENCES contents (id), ordinal INTEGER NOT NULL,
    from_ms INTEGER NOT NULL, to_ms INTEGER NOT NULL, quality INTEGER NOT NULL,
    orientations BLOB NOT NULL,
    PRIMARY KEY (content_id, ordinal)
) STRICT;

CREATE TABLE list_frames (
    entry_id INTEGER PRIMARY KEY REFERENCES list_entries (id),
    from_ms INTEGER NOT NULL, to_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE hit_segments (
    hit_id INTEGER NOT NULL REFERENCES hits (id), ordinal INTEGER NOT NULL,
    from_ms INTEGER, to_ms INTEGER, entry_from_ms INTEGER, entry_to_ms INTEGER,
    PRIMARY KEY (hit_id, ordinal)
) STRICT;
)sql";

// row_references.hpp says which references PostgreSQL does not keep, and why.
inline constexpr const char* kVideoPostgres = R"sql(
ALTER TABLE videos DROP CONSTRAINT videos_content_id_fkey;
ALTER TABLE video_frames DROP CONSTRAINT video_frames_content_id_fkey;
ALTER TABLE list_frames DROP CONSTRAINT list_frames_entry_id_fkey;
)sql";

} // namespace rempart::casefile
