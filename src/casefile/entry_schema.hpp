// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The step of the schema that list hygiene needs; migrations.cpp says in which spelling. Hits stay
/// rows for ever: which of them count follows from what was done with their entries
/// (docs/adr/0014).
///
///     entry_acts       who disabled, enabled or quarantined an entry of a list, and why
///     entry_feedback   what people found when they looked: confirmed or false, entry by content
///     entries_off      derived: the hashes of entries whose last act was not to enable them
///     told_hits        the hits that count
///     off_hits         the others, with the state of their entry

namespace rempart::casefile {

// People name an entry by its number in the list's source, and all its hashes are meant; hits name
// the row of a hash, so what is off is kept by row: a hit costs one look into a small table.
inline constexpr const char* kEntrySchema = R"sql(
CREATE TABLE entry_acts (
    id INTEGER PRIMARY KEY,
    list_id INTEGER NOT NULL REFERENCES lists (id), entry INTEGER NOT NULL CHECK (entry > 0),
    act TEXT NOT NULL CHECK (act IN ('disabled', 'enabled', 'quarantined', 'withdrawn')),
    reason TEXT NOT NULL CHECK (reason <> ''), who TEXT NOT NULL, at_us INTEGER NOT NULL
) STRICT;
CREATE INDEX entry_acts_by_entry ON entry_acts (list_id, entry, id);

CREATE TABLE entry_feedback (
    id INTEGER PRIMARY KEY,
    list_id INTEGER NOT NULL REFERENCES lists (id), entry INTEGER NOT NULL CHECK (entry > 0),
    content_id INTEGER NOT NULL REFERENCES contents (id),
    verdict TEXT NOT NULL CHECK (verdict IN ('confirmed', 'false')),
    note TEXT NOT NULL, who TEXT NOT NULL, at_us INTEGER NOT NULL
) STRICT;
CREATE INDEX entry_feedback_by_entry ON entry_feedback (list_id, entry, content_id, id);

CREATE TABLE entries_off (
    entry_id INTEGER PRIMARY KEY,
    state TEXT NOT NULL CHECK (state IN ('disabled', 'quarantined', 'withdrawn'))
) STRICT;

CREATE VIEW told_hits AS
SELECT h.id, h.content_id, h.list_id, h.entry_id, h.match, h.algorithm, h.variant, h.distance,
       h.orientation, h.content_start
FROM hits h WHERE NOT EXISTS (SELECT 1 FROM entries_off o WHERE o.entry_id = h.entry_id
                              AND (o.state <> 'quarantined' OR h.match = 'near'));
CREATE VIEW off_hits AS
SELECT h.id, h.content_id, h.list_id, h.entry_id, h.match, h.algorithm, h.variant, h.distance,
       h.orientation, h.content_start
FROM hits h WHERE EXISTS (SELECT 1 FROM entries_off o WHERE o.entry_id = h.entry_id
                          AND (o.state <> 'quarantined' OR h.match = 'near'));
)sql";

// As decisions: who is the user who is logged in, and nothing said is unsaid.
inline constexpr const char* kEntryPostgres = R"sql(
CREATE FUNCTION rempart_guard_entries() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        RAISE EXCEPTION 'what was done with an entry is never changed or removed'
            USING ERRCODE = '42501';
    END IF;
    IF NEW.who IS DISTINCT FROM session_user::text THEN
        RAISE EXCEPTION 'who acts is the user who is logged in' USING ERRCODE = '42501';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER entry_acts_guard BEFORE INSERT OR UPDATE OR DELETE ON entry_acts
    FOR EACH ROW EXECUTE FUNCTION rempart_guard_entries();
CREATE TRIGGER entry_acts_whole BEFORE TRUNCATE ON entry_acts
    FOR EACH STATEMENT EXECUTE FUNCTION rempart_guard_entries();
CREATE TRIGGER entry_feedback_guard BEFORE INSERT OR UPDATE OR DELETE ON entry_feedback
    FOR EACH ROW EXECUTE FUNCTION rempart_guard_entries();
CREATE TRIGGER entry_feedback_whole BEFORE TRUNCATE ON entry_feedback
    FOR EACH STATEMENT EXECUTE FUNCTION rempart_guard_entries();
)sql";

} // namespace rempart::casefile
