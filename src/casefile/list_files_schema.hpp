// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The step of the schema by which a case knows the compiled files of its lists again;
/// migrations.cpp says in which spelling, docs/adr/0015-a-list-is-asked-in-files.md why it is so.
///
///     list_files    which file each kind of hash of a list was compiled into: derived from the
///     rows

namespace rempart::casefile {

inline constexpr const char* kListFilesSchema = R"sql(
CREATE TABLE list_files (
    list_id INTEGER NOT NULL REFERENCES lists (id), algorithm TEXT NOT NULL,
    format INTEGER NOT NULL, file_id BLOB NOT NULL,
    PRIMARY KEY (list_id, algorithm)
) STRICT;
)sql";

} // namespace rempart::casefile
