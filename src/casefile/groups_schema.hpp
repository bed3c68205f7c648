// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The step of the schema that keeps groups of near-duplicates from exhibit to exhibit;
/// migrations.cpp says in which spelling, docs/adr/0011-groups-that-do-not-chain.md why.
///
///     near_group_state      how often groups changed, and by which rule they stand: none at first
///     near_groups           a group: its leader's SHA-256, what it is worth, its place in the
///     queue near_group_members    a content's place: how far from its leader, turned how
///     near_group_reasons    where the points come from
///
/// Groups of an older case come along as they are. They stand under no rule, so the next change
/// groups all contents again.

namespace rempart::casefile {

inline constexpr const char* kGroupsSchema = R"sql(
CREATE TABLE held_groups AS
    SELECT g.id, m.content_id AS leader_id, g.representative_id, g.unknown_members, g.points
    FROM near_groups g JOIN near_group_members m ON m.group_id = g.id
    JOIN contents c ON c.id = m.content_id AND c.sha256 = g.id;
CREATE TABLE held_members AS
    SELECT m.content_id, h.leader_id,
           (SELECT min(i.exhibit_id) FROM items i WHERE i.content_id = m.content_id) AS exhibit_id
    FROM near_group_members m JOIN held_groups h ON h.id = m.group_id;
CREATE TABLE held_reasons AS
    SELECT h.leader_id, r.ordinal, r.fact, r.points, r.source
    FROM near_group_reasons r JOIN held_groups h ON h.id = r.group_id;
DROP TABLE near_group_reasons;
DROP TABLE near_group_members;
DROP TABLE near_groups;

CREATE TABLE near_group_state (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    generation INTEGER NOT NULL, rule INTEGER NOT NULL
) STRICT;
CREATE TABLE near_groups_due (list_id INTEGER PRIMARY KEY REFERENCES lists (id)) STRICT;
CREATE TABLE near_groups (
    leader_id INTEGER PRIMARY KEY REFERENCES contents (id), id BLOB NOT NULL,
    representative_id INTEGER NOT NULL REFERENCES contents (id),
    unknown_members INTEGER NOT NULL, points INTEGER NOT NULL, queue_place INTEGER NOT NULL
) STRICT;
CREATE TABLE near_group_reasons (
    leader_id INTEGER NOT NULL REFERENCES near_groups (leader_id), ordinal INTEGER NOT NULL,
    fact TEXT NOT NULL, points INTEGER NOT NULL, source TEXT NOT NULL,
    PRIMARY KEY (leader_id, ordinal)
) STRICT;
CREATE TABLE near_group_members (
    content_id INTEGER PRIMARY KEY REFERENCES contents (id),
    leader_id INTEGER NOT NULL REFERENCES contents (id),
    exhibit_id INTEGER NOT NULL REFERENCES exhibits (id),
    distance INTEGER, orientation TEXT NOT NULL
) STRICT;

INSERT INTO near_groups SELECT leader_id, id, representative_id, unknown_members, points, -points
    FROM held_groups;
INSERT INTO near_group_reasons SELECT leader_id, ordinal, fact, points, source FROM held_reasons;
INSERT INTO near_group_members SELECT content_id, leader_id, exhibit_id, NULL, ''
    FROM held_members WHERE exhibit_id IS NOT NULL;
DROP TABLE held_groups;
DROP TABLE held_members;
DROP TABLE held_reasons;

CREATE INDEX near_groups_in_order ON near_groups (queue_place, id) WHERE unknown_members > 0;
CREATE INDEX near_group_members_by_leader ON near_group_members (leader_id);
CREATE INDEX near_group_members_by_exhibit ON near_group_members (exhibit_id);
CREATE INDEX contents_videos ON contents (id) WHERE family = 'video';
CREATE INDEX attachments_by_content ON attachments (content_id) WHERE content_id IS NOT NULL;
)sql";

} // namespace rempart::casefile
