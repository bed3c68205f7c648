// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The tables of an audit log (docs/audit.md) and, on PostgreSQL, what guards them: the same in a
/// case and in a memory. migrations.cpp says in which spelling.

#include <algorithm>
#include <array>
#include <cstddef>

namespace rempart::casefile {

/// One text of several, for a step of a schema.
template <std::size_t... Sizes>
consteval auto joined(const char (&... parts)[Sizes]) { // NOLINT(*-avoid-c-arrays): literals
    std::array<char, (Sizes + ...) - sizeof...(Sizes) + 1> text{};
    auto* end = text.begin();
    ((end = std::copy_n(parts, Sizes - 1, end)), ...);
    return text;
}

// NOLINTBEGIN(*-avoid-c-arrays): joined() takes literals
inline constexpr char kLogTables[] = R"sql(
CREATE TABLE audit_log (
    idx INTEGER PRIMARY KEY, record TEXT NOT NULL, leaf BLOB NOT NULL
) STRICT;
CREATE TABLE audit_head (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1), size INTEGER NOT NULL,
    frontier BLOB NOT NULL
) STRICT;
CREATE TABLE audit_nodes (
    height INTEGER NOT NULL, idx INTEGER NOT NULL, hash BLOB NOT NULL,
    PRIMARY KEY (height, idx)
) STRICT;
CREATE TABLE audit_marks (
    log_idx INTEGER NOT NULL, ordinal INTEGER NOT NULL, marks BLOB NOT NULL,
    PRIMARY KEY (log_idx, ordinal)
) STRICT;
)sql";

// Code 42501 is "insufficient privilege".
inline constexpr char kLogGuard[] = R"sql(
CREATE FUNCTION rempart_guard_log() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    who text;
BEGIN
    IF TG_OP <> 'INSERT' THEN
        RAISE EXCEPTION 'a record of the log is never changed or removed' USING ERRCODE = '42501';
    END IF;
    who := NEW.record::json ->> 'who';
    IF who IS NULL OR NOT starts_with(who, session_user::text || '@')
       OR position('@' IN substr(who, length(session_user::text) + 2)) > 0 THEN
        RAISE EXCEPTION 'a record of the log names the user who is logged in'
            USING ERRCODE = '42501';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER audit_log_guard BEFORE INSERT OR UPDATE OR DELETE ON audit_log
    FOR EACH ROW EXECUTE FUNCTION rempart_guard_log();
CREATE TRIGGER audit_log_whole BEFORE TRUNCATE ON audit_log
    FOR EACH STATEMENT EXECUTE FUNCTION rempart_guard_log();
)sql";
// NOLINTEND(*-avoid-c-arrays)

} // namespace rempart::casefile
