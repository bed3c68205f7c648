// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The first step of the schema: all that an ingest stores. migrations.cpp says in which spelling.

namespace rempart::casefile {

// docs/case-file.md says what each table and column means. Written in SQLite's spelling with five
// words that in_postgres() turns into PostgreSQL's; what differs beyond that is a text of its own.
//
// Indexes are few because each costs the ingest: all but that of sha256 are filled in rising order.
inline constexpr const char* kFirst = R"sql(
CREATE TABLE case_info (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    id TEXT NOT NULL, name TEXT NOT NULL, authority TEXT NOT NULL, legal_basis TEXT NOT NULL,
    purpose TEXT NOT NULL, review_date TEXT NOT NULL,
    created_us INTEGER, created_kind INTEGER NOT NULL
) STRICT;

CREATE TABLE exhibits (
    id INTEGER PRIMARY KEY,
    label TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, source TEXT NOT NULL,
    size_bytes INTEGER NOT NULL,
    medium_md5 TEXT NOT NULL, medium_sha1 TEXT NOT NULL, medium_sha256 TEXT NOT NULL,
    stored_md5 TEXT NOT NULL, stored_sha1 TEXT NOT NULL, acquired_hash TEXT NOT NULL,
    verification TEXT NOT NULL, state TEXT NOT NULL, error_code TEXT, error_text TEXT
) STRICT;

CREATE TABLE volumes (
    exhibit_id INTEGER NOT NULL REFERENCES exhibits (id), ordinal INTEGER NOT NULL,
    offset_bytes INTEGER NOT NULL, size_bytes INTEGER NOT NULL,
    label TEXT NOT NULL, file_system TEXT NOT NULL, items INTEGER NOT NULL,
    error_code TEXT, error_text TEXT,
    PRIMARY KEY (exhibit_id, ordinal)
) STRICT;

CREATE TABLE runs (
    id INTEGER PRIMARY KEY, exhibit_id INTEGER REFERENCES exhibits (id),
    command TEXT NOT NULL, program_version TEXT NOT NULL, confinement TEXT NOT NULL,
    outcome TEXT NOT NULL, jobs INTEGER NOT NULL,
    started_us INTEGER, started_kind INTEGER NOT NULL,
    ended_us INTEGER, ended_kind INTEGER NOT NULL
) STRICT;

CREATE TABLE contents (
    id INTEGER PRIMARY KEY,
    sha256 BLOB NOT NULL UNIQUE, sha1 BLOB NOT NULL, md5 BLOB NOT NULL,
    size_bytes INTEGER NOT NULL,
    type TEXT NOT NULL, mime TEXT NOT NULL, family TEXT NOT NULL,
    media_error_code TEXT, media_error_text TEXT
) STRICT;

CREATE TABLE items (
    id INTEGER PRIMARY KEY,
    exhibit_id INTEGER NOT NULL REFERENCES exhibits (id), seq INTEGER NOT NULL,
    parent_seq INTEGER, path TEXT NOT NULL, stream TEXT NOT NULL,
    kind TEXT NOT NULL, state TEXT NOT NULL, recovery TEXT NOT NULL, size_bytes INTEGER NOT NULL,
    created_us INTEGER, created_kind INTEGER NOT NULL,
    modified_us INTEGER, modified_kind INTEGER NOT NULL,
    accessed_us INTEGER, accessed_kind INTEGER NOT NULL,
    changed_us INTEGER, changed_kind INTEGER NOT NULL,
    error_code TEXT, error_text TEXT,
    content_id INTEGER REFERENCES contents (id),
    UNIQUE (exhibit_id, seq),
    FOREIGN KEY (exhibit_id, parent_seq) REFERENCES items (exhibit_id, seq)
) STRICT;
CREATE INDEX items_by_content ON items (content_id);

CREATE TABLE item_unread (
    item_id INTEGER NOT NULL REFERENCES items (id), ordinal INTEGER NOT NULL,
    offset_bytes INTEGER NOT NULL, size_bytes INTEGER NOT NULL,
    PRIMARY KEY (item_id, ordinal)
) STRICT;

CREATE TABLE pictures (
    content_id INTEGER PRIMARY KEY REFERENCES contents (id),
    format TEXT NOT NULL, width INTEGER NOT NULL, height INTEGER NOT NULL,
    frames INTEGER NOT NULL, exif_orientation INTEGER NOT NULL, partial_reason TEXT NOT NULL
) STRICT;

CREATE TABLE fingerprints (
    content_id INTEGER NOT NULL REFERENCES contents (id), ordinal INTEGER NOT NULL,
    algorithm TEXT NOT NULL, variant TEXT NOT NULL, quality INTEGER NOT NULL,
    value BLOB NOT NULL, orientations BLOB NOT NULL,
    PRIMARY KEY (content_id, ordinal)
) STRICT;

CREATE TABLE metadata (
    id INTEGER PRIMARY KEY, content_id INTEGER NOT NULL REFERENCES contents (id),
    name TEXT NOT NULL, value TEXT NOT NULL
) STRICT;
CREATE INDEX metadata_by_content ON metadata (content_id);

CREATE TABLE thumbnails (
    content_id INTEGER PRIMARY KEY REFERENCES contents (id), bytes BLOB NOT NULL
) STRICT;

CREATE TABLE lists (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE, polarity TEXT NOT NULL CHECK (polarity IN ('alert', 'allow', 'note')),
    scheme TEXT NOT NULL, format TEXT NOT NULL, source_name TEXT NOT NULL,
    source_sha256 TEXT NOT NULL, radius INTEGER NOT NULL,
    records INTEGER NOT NULL, hashes INTEGER NOT NULL, empty_file_hashes INTEGER NOT NULL,
    added_us INTEGER, added_kind INTEGER NOT NULL
) STRICT;

CREATE TABLE list_entries (
    id INTEGER PRIMARY KEY, list_id INTEGER NOT NULL REFERENCES lists (id),
    algorithm TEXT NOT NULL, value BLOB NOT NULL, entry INTEGER NOT NULL,
    label TEXT NOT NULL, category TEXT NOT NULL
) STRICT;
CREATE INDEX list_entries_by_list ON list_entries (list_id);

CREATE TABLE hits (
    content_id INTEGER NOT NULL REFERENCES contents (id),
    list_id INTEGER NOT NULL REFERENCES lists (id),
    entry_id INTEGER NOT NULL REFERENCES list_entries (id),
    match TEXT NOT NULL CHECK (match IN ('exact', 'near')),
    algorithm TEXT NOT NULL, variant TEXT NOT NULL,
    distance INTEGER NOT NULL, orientation TEXT NOT NULL,
    PRIMARY KEY (content_id, entry_id, match, variant)
) STRICT;
CREATE INDEX hits_by_list ON hits (list_id, distance);

CREATE TABLE near_groups (
    id BLOB PRIMARY KEY, queue_place INTEGER NOT NULL UNIQUE,
    representative_id INTEGER NOT NULL REFERENCES contents (id),
    unknown_members INTEGER NOT NULL, points INTEGER NOT NULL
) STRICT;
CREATE TABLE near_group_reasons (
    group_id BLOB NOT NULL REFERENCES near_groups (id), ordinal INTEGER NOT NULL,
    fact TEXT NOT NULL, points INTEGER NOT NULL, source TEXT NOT NULL,
    PRIMARY KEY (group_id, ordinal)
) STRICT;
CREATE TABLE near_group_members (
    group_id BLOB NOT NULL REFERENCES near_groups (id), ordinal INTEGER NOT NULL,
    content_id INTEGER NOT NULL UNIQUE REFERENCES contents (id),
    PRIMARY KEY (group_id, ordinal)
) STRICT;

CREATE TABLE chat_exports (
    exhibit_id INTEGER NOT NULL REFERENCES exhibits (id), item_seq INTEGER NOT NULL,
    format TEXT NOT NULL, parsed INTEGER NOT NULL, rejected INTEGER NOT NULL,
    skipped INTEGER NOT NULL, repairs INTEGER NOT NULL, truncated INTEGER NOT NULL,
    known_losses_json TEXT NOT NULL,
    PRIMARY KEY (exhibit_id, item_seq)
) STRICT;
CREATE TABLE chat_rejects (
    exhibit_id INTEGER NOT NULL, item_seq INTEGER NOT NULL, ordinal INTEGER NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (exhibit_id, item_seq, ordinal),
    FOREIGN KEY (exhibit_id, item_seq) REFERENCES chat_exports (exhibit_id, item_seq)
) STRICT;
CREATE TABLE accounts (
    exhibit_id INTEGER NOT NULL REFERENCES exhibits (id), item_seq INTEGER NOT NULL,
    platform TEXT NOT NULL, native_id TEXT NOT NULL, name TEXT NOT NULL, is_owner INTEGER NOT NULL,
    PRIMARY KEY (exhibit_id, item_seq, platform, native_id, name)
) STRICT;
CREATE TABLE conversations (
    id INTEGER PRIMARY KEY,
    exhibit_id INTEGER NOT NULL REFERENCES exhibits (id), item_seq INTEGER NOT NULL,
    platform TEXT NOT NULL, native_id TEXT NOT NULL, kind TEXT NOT NULL, title TEXT NOT NULL
) STRICT;
CREATE INDEX conversations_by_export ON conversations (exhibit_id, item_seq);
CREATE TABLE messages (
    id INTEGER PRIMARY KEY,
    conversation_id INTEGER NOT NULL REFERENCES conversations (id), ordinal INTEGER NOT NULL,
    native_id TEXT NOT NULL, kind TEXT NOT NULL, sender_id TEXT NOT NULL, sender_name TEXT NOT NULL,
    body TEXT NOT NULL, sent_raw TEXT NOT NULL, edited_raw TEXT NOT NULL,
    sent_utc_us INTEGER, sent_utc_kind INTEGER NOT NULL,
    sent_local_us INTEGER, sent_local_kind INTEGER NOT NULL,
    edited_utc_us INTEGER, edited_utc_kind INTEGER NOT NULL,
    reply_to TEXT NOT NULL, forwarded_from TEXT NOT NULL, service_action TEXT NOT NULL,
    members_json TEXT NOT NULL, extra_json TEXT NOT NULL,
    raw_offset INTEGER NOT NULL, raw_size INTEGER NOT NULL
) STRICT;
CREATE INDEX messages_by_conversation ON messages (conversation_id, ordinal);
CREATE TABLE attachments (
    id INTEGER PRIMARY KEY,
    message_id INTEGER NOT NULL REFERENCES messages (id), ordinal INTEGER NOT NULL,
    claimed_path TEXT NOT NULL, resolved_path TEXT NOT NULL,
    name TEXT NOT NULL, mime TEXT NOT NULL, status TEXT NOT NULL, role TEXT NOT NULL,
    size_bytes INTEGER, content_id INTEGER REFERENCES contents (id)
) STRICT;
CREATE INDEX attachments_by_message ON attachments (message_id);

CREATE TABLE search_progress (source TEXT PRIMARY KEY, done_id INTEGER NOT NULL) STRICT;
INSERT INTO search_progress VALUES ('messages', 0), ('items', 0), ('metadata', 0);
)sql";

inline constexpr const char* kFirstSqlite = R"sql(
CREATE VIRTUAL TABLE messages_words USING fts5 (
    body, content='messages', content_rowid='id', tokenize="unicode61 remove_diacritics 2 categories 'L* Nd'");
CREATE VIRTUAL TABLE items_words USING fts5 (
    path, stream, content='items', content_rowid='id', tokenize="unicode61 remove_diacritics 2 categories 'L* Nd'");
CREATE VIRTUAL TABLE metadata_words USING fts5 (
    value, content='metadata', content_rowid='id', tokenize="unicode61 remove_diacritics 2 categories 'L* Nd'");

CREATE VIEW occurrences AS
SELECT e.label AS exhibit, i.seq, i.parent_seq, i.path, i.stream, i.kind, i.state, i.recovery,
       i.size_bytes, lower(hex(c.sha256)) AS sha256, lower(hex(c.sha1)) AS sha1,
       lower(hex(c.md5)) AS md5, c.mime,
       strftime('%Y-%m-%dT%H:%M:%S', i.created_us / 1000000, 'unixepoch')
           || CASE i.created_kind WHEN 1 THEN 'Z' ELSE '' END AS created,
       strftime('%Y-%m-%dT%H:%M:%S', i.modified_us / 1000000, 'unixepoch')
           || CASE i.modified_kind WHEN 1 THEN 'Z' ELSE '' END AS modified,
       i.error_code, i.error_text, i.content_id
FROM items i
JOIN exhibits e ON e.id = i.exhibit_id
LEFT JOIN contents c ON c.id = i.content_id;
)sql";

// Words as FTS5's unicode61 sees them above: docs/case-file.md, "Search". It drops combining marks
// and takes the accents off Latin letters only; what is no letter or digit parts words.
inline constexpr const char* kFirstPostgres = R"sql(
CREATE FUNCTION rempart_plain(text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT regexp_replace(normalize(regexp_replace(normalize(lower(
        regexp_replace($1, '[\u0300-\u0331]', '', 'g') COLLATE "und-x-icu"), NFD),
        '([a-z])[\u0300-\u036F]+', '\1', 'g'), NFC), '[^[:alnum:]]+', ' ', 'g')
$$;
CREATE FUNCTION rempart_words(text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT to_tsvector('pg_catalog.simple'::regconfig, public.rempart_plain($1))
$$;
CREATE VIEW occurrences AS
SELECT e.label AS exhibit, i.seq, i.parent_seq, i.path, i.stream, i.kind, i.state, i.recovery,
       i.size_bytes, encode(c.sha256, 'hex') AS sha256, encode(c.sha1, 'hex') AS sha1,
       encode(c.md5, 'hex') AS md5, c.mime,
       to_char(to_timestamp(i.created_us / 1000000) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS')
           || CASE i.created_kind WHEN 1 THEN 'Z' ELSE '' END AS created,
       to_char(to_timestamp(i.modified_us / 1000000) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS')
           || CASE i.modified_kind WHEN 1 THEN 'Z' ELSE '' END AS modified,
       i.error_code, i.error_text, i.content_id
FROM items i
JOIN exhibits e ON e.id = i.exhibit_id
LEFT JOIN contents c ON c.id = i.content_id;
)sql";

} // namespace rempart::casefile
