// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The step of the schema by which a case can be asked about lists of peer-to-peer networks;
/// migrations.cpp says in which spelling.
///
///     content_ed2k    the ed2k digests of a content, where the case had a list of such when it was
///     read

namespace rempart::casefile {

inline constexpr const char* kEd2kSchema = R"sql(
CREATE TABLE content_ed2k (
    content_id INTEGER PRIMARY KEY REFERENCES contents (id),
    ed2k BLOB NOT NULL, ed2k_blue BLOB NOT NULL
) STRICT;
)sql";

// row_references.hpp says which references PostgreSQL does not keep, and why.
inline constexpr const char* kEd2kPostgres =
    "ALTER TABLE content_ed2k DROP CONSTRAINT content_ed2k_content_id_fkey;";

} // namespace rempart::casefile
