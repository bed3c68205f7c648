// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The step of the schema that lets a case grow to tens of millions of items; migrations.cpp says
/// in which spelling, docs/adr/0010-what-grows-with-a-case.md why it is so.
///
///     content_index        which content a SHA-256 is, by its first 8 bytes; filled in their order
///     content_index_new    the same for the newest contents: content_index.hpp
///     tallies              what `status` tells, kept with every commit: tallies.hpp
///     hits_in_order        the order in which hits are told, so that the first come at once
///     items_by_content     the places of a content in their order
///     jobs_by_exhibit      whether an exhibit has work left, past the rows of what is done
///     ..._in_error, _part  what could not be read, among millions that could

namespace rempart::casefile {

inline constexpr const char* kIndexSchema = R"sql(
CREATE TABLE content_index (
    start BLOB NOT NULL, content_id INTEGER NOT NULL, PRIMARY KEY (start, content_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE content_index_new (
    start BLOB NOT NULL, content_id INTEGER NOT NULL, PRIMARY KEY (start, content_id)
) STRICT, WITHOUT ROWID;
INSERT INTO search_progress VALUES ('contents', 0);

CREATE TABLE tallies (
    exhibit_id INTEGER NOT NULL, name TEXT NOT NULL, value INTEGER NOT NULL,
    PRIMARY KEY (exhibit_id, name)
) STRICT, WITHOUT ROWID;

ALTER TABLE hits ADD COLUMN content_start BLOB;
UPDATE hits SET content_start = (SELECT substr(c.sha256, 1, 8) FROM contents c
                                 WHERE c.id = hits.content_id);
DROP INDEX hits_by_list;
CREATE INDEX hits_in_order ON hits (list_id, distance, content_start, content_id, match);

DROP INDEX items_by_content;
CREATE INDEX items_by_content ON items (content_id, exhibit_id, seq);
CREATE INDEX items_in_error ON items (exhibit_id, seq) WHERE error_code IS NOT NULL;
CREATE INDEX jobs_by_exhibit ON jobs (exhibit_id);
CREATE INDEX pictures_in_part ON pictures (content_id) WHERE partial_reason <> '';
)sql";

// A constraint cannot be taken off a table in SQLite: the table is made again. Its name in other
// tables' references stays (legacy_alter_table), as does the view that reads it.
inline constexpr const char* kIndexSqlite = R"sql(
CREATE TABLE contents_made_again (
    id INTEGER PRIMARY KEY,
    sha256 BLOB NOT NULL, sha1 BLOB NOT NULL, md5 BLOB NOT NULL,
    size_bytes INTEGER NOT NULL,
    type TEXT NOT NULL, mime TEXT NOT NULL, family TEXT NOT NULL,
    media_error_code TEXT, media_error_text TEXT
) STRICT;
INSERT INTO contents_made_again SELECT id, sha256, sha1, md5, size_bytes, type, mime, family,
                                       media_error_code, media_error_text FROM contents ORDER BY id;
DROP TABLE contents;
PRAGMA legacy_alter_table = ON;
ALTER TABLE contents_made_again RENAME TO contents;
PRAGMA legacy_alter_table = OFF;
CREATE INDEX contents_in_error ON contents (id) WHERE media_error_code IS NOT NULL;
)sql";

// row_references.hpp says which references PostgreSQL does not keep, and why.
inline constexpr const char* kIndexPostgres = R"sql(
ALTER TABLE contents DROP CONSTRAINT contents_sha256_key;
DO $$ DECLARE c record; BEGIN
    FOR c IN SELECT conrelid::regclass AS place, conname FROM pg_constraint
             WHERE contype = 'f' AND connamespace = 'public'::regnamespace
               AND conrelid::regclass::text = ANY (ARRAY['items', 'item_unread', 'pictures',
                   'fingerprints', 'metadata', 'thumbnails', 'list_entries', 'messages',
                   'attachments'])
    LOOP EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', c.place, c.conname); END LOOP;
END $$;
CREATE INDEX contents_in_error ON contents (id) WHERE media_error_code IS NOT NULL;
)sql";

} // namespace rempart::casefile
