// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The step of the schema that roles and decisions need; migrations.cpp says in which spelling.
/// On PostgreSQL triggers hold for everybody, with whatever program: only the owner of the tables
/// can switch them off.

#include "casefile/log_schema.hpp"

namespace rempart::casefile {

inline constexpr const char* kRolesSchema = R"sql(
CREATE TABLE decisions (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('export', 'erasure', 'list-publication')),
    subject TEXT NOT NULL CHECK (subject <> ''), reason TEXT NOT NULL CHECK (reason <> ''),
    asked_by TEXT NOT NULL, asked_us INTEGER NOT NULL,
    decided_by TEXT CHECK (decided_by <> asked_by), decided_us INTEGER,
    verdict TEXT CHECK (verdict IN ('approved', 'refused')), note TEXT,
    CHECK ((decided_by IS NULL) = (verdict IS NULL)),
    CHECK ((decided_us IS NULL) = (verdict IS NULL)), CHECK ((note IS NULL) = (verdict IS NULL))
) STRICT;
CREATE TABLE role_changes (
    id INTEGER PRIMARY KEY, at_us INTEGER NOT NULL, changed_by TEXT NOT NULL,
    person TEXT NOT NULL, role TEXT NOT NULL, given INTEGER NOT NULL CHECK (given IN (0, 1))
) STRICT;
)sql";

// Code 42501 is "insufficient privilege", 23514 "check violation".
inline constexpr auto kRolesPostgres = joined(R"sql(
CREATE FUNCTION rempart_role(p_role text) RETURNS text LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $$
    SELECT 'rempart_' || replace(id, '-', '') || '_' || p_role FROM public.case_info
$$;
-- A direct member only: a superuser is not thereby a reviewer.
CREATE FUNCTION rempart_has_role(p_person text, p_role text) RETURNS boolean LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (SELECT FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid
                   JOIN pg_roles p ON p.oid = m.member
                   WHERE g.rolname = public.rempart_role(p_role) AND p.rolname = p_person)
$$;

)sql",
                                              kLogGuard, R"sql(
CREATE FUNCTION rempart_guard_decision() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.asked_by IS DISTINCT FROM session_user::text OR NEW.decided_by IS NOT NULL THEN
            RAISE EXCEPTION 'who asks is the user who is logged in, and decides nothing'
                USING ERRCODE = '42501';
        END IF;
        RETURN NEW;
    END IF;
    IF TG_OP <> 'UPDATE' OR OLD.decided_by IS NOT NULL
       OR (NEW.id, NEW.kind, NEW.subject, NEW.reason, NEW.asked_by, NEW.asked_us)
          IS DISTINCT FROM
          (OLD.id, OLD.kind, OLD.subject, OLD.reason, OLD.asked_by, OLD.asked_us) THEN
        RAISE EXCEPTION 'a request is decided once and never changed' USING ERRCODE = '42501';
    END IF;
    IF NEW.decided_by IS DISTINCT FROM session_user::text OR NEW.decided_by = NEW.asked_by
       OR NOT public.rempart_has_role(session_user::text, 'reviewer') THEN
        RAISE EXCEPTION 'a reviewer decides, and never on their own request'
            USING ERRCODE = '42501';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER decisions_guard BEFORE INSERT OR UPDATE OR DELETE ON decisions
    FOR EACH ROW EXECUTE FUNCTION rempart_guard_decision();
CREATE TRIGGER decisions_whole BEFORE TRUNCATE ON decisions
    FOR EACH STATEMENT EXECUTE FUNCTION rempart_guard_decision();

-- Runs as the owner, who may change memberships; session_user is who calls. The row that it leaves
-- is sealed by the record of the caller: without one `case verify` names it.
CREATE FUNCTION rempart_change_role(p_person text, p_role text, p_given boolean) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    group_name text := public.rempart_role(p_role);
    apart text[] := ARRAY['auditor', 'administrator'];
    row_id bigint;
BEGIN
    IF session_user <> current_user AND (p_person = session_user::text
       OR NOT public.rempart_has_role(session_user::text, 'administrator')) THEN
        RAISE EXCEPTION 'an administrator of the case changes the roles of others'
            USING ERRCODE = '42501';
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = group_name) THEN
        RAISE EXCEPTION 'the server has no such role of this case' USING ERRCODE = '23514';
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = p_person AND rolcanlogin) THEN
        RAISE EXCEPTION 'the server has no user of that name' USING ERRCODE = '23514';
    END IF;
    IF p_given = public.rempart_has_role(p_person, p_role) THEN
        RAISE EXCEPTION 'there is nothing to change' USING ERRCODE = '23514';
    END IF;
    IF p_given AND EXISTS (
        SELECT FROM unnest(ARRAY['ingest', 'analyst', 'identification', 'reviewer', 'referral',
                                 'auditor', 'administrator']) AS r
        WHERE r <> p_role AND (p_role = ANY (apart) OR r = ANY (apart))
              AND public.rempart_has_role(p_person, r)) THEN
        RAISE EXCEPTION 'an auditor or administrator has no other role in the case'
            USING ERRCODE = '23514';
    END IF;
    IF p_given THEN
        EXECUTE format('GRANT %I TO %I', group_name, p_person);
    ELSE
        EXECUTE format('REVOKE %I FROM %I', group_name, p_person);
    END IF;
    INSERT INTO public.role_changes (at_us, changed_by, person, role, given)
    VALUES (CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS bigint), session_user, p_person,
            p_role, p_given::int)
    RETURNING id INTO row_id;
    RETURN row_id;
END $$;
REVOKE EXECUTE ON FUNCTION rempart_change_role(text, text, boolean) FROM PUBLIC;
)sql");

} // namespace rempart::casefile
