// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The step of the schema by which a list can be brought up to date; migrations.cpp says in which
/// spelling.
///
///     lists_due        lists that were not asked yet about all that the case holds
///     list_versions    each later version of a list that was taken over, and what it changed

namespace rempart::casefile {

inline constexpr const char* kListVersionsSchema = R"sql(
CREATE TABLE list_versions (
    id INTEGER PRIMARY KEY, list_id INTEGER NOT NULL REFERENCES lists (id),
    format TEXT NOT NULL, source_name TEXT NOT NULL, source_sha256 TEXT NOT NULL,
    first_entry INTEGER NOT NULL, records INTEGER NOT NULL, hashes INTEGER NOT NULL,
    kept INTEGER NOT NULL, added INTEGER NOT NULL, withdrawn INTEGER NOT NULL,
    returned INTEGER NOT NULL, added_us INTEGER, added_kind INTEGER NOT NULL
) STRICT;
CREATE TABLE lists_due (
    list_id INTEGER PRIMARY KEY REFERENCES lists (id), version INTEGER NOT NULL
) STRICT;
)sql";

} // namespace rempart::casefile
