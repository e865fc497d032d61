-- A login that may insert entries could insert bytes that no verifier accepts, and the log would never verify again.
-- So the door is as narrow as the format: the exact RFC 8785 bytes of a whole entry, or nothing.

-- RFC 8785 of what entries hold: objects with ASCII names, strings, whole numbers, booleans, null, arrays of these.
-- Null for what holds anything else.
CREATE FUNCTION canonical_json(value jsonb) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = public, pg_temp AS $$
BEGIN
  CASE jsonb_typeof(value)
    WHEN 'object' THEN
      IF EXISTS (SELECT FROM jsonb_object_keys(value) AS name WHERE name !~ '^[ -~]*$') THEN
        RETURN NULL;
      END IF;
      RETURN '{' || coalesce((
        SELECT string_agg(to_json(key)::text || ':' || canonical_json(item), ',' ORDER BY key COLLATE "C")
        FROM jsonb_each(value) AS pair(key, item)), '') || '}';
    WHEN 'array' THEN
      RETURN '[' || coalesce((
        SELECT string_agg(canonical_json(item), ',' ORDER BY n)
        FROM jsonb_array_elements(value) WITH ORDINALITY AS element(item, n)), '') || ']';
    WHEN 'string' THEN
      RETURN to_json(value #>> '{}')::text;
    WHEN 'number' THEN
      RETURN CASE WHEN value::text ~ '^(0|-?[1-9][0-9]{0,14})$' THEN value::text END;
    ELSE
      RETURN value::text;
  END CASE;
END $$;
--> statement-breakpoint

CREATE FUNCTION is_entry(body jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = public, pg_temp AS $$
  SELECT jsonb_typeof(body) = 'object'
    AND body - ARRAY['v', 'id', 't', 'tenant', 'source', 'actor', 'action', 'target', 'outcome', 'reason', 'req', 'cause', 'detail'] = '{}'
    AND body -> 'v' = '1'
    AND body ->> 'id' ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
    AND coalesce(body ->> 'tenant' ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$', body -> 'tenant' = 'null')
    AND jsonb_typeof(body -> 'actor') = 'object' AND (body -> 'actor') - ARRAY['type', 'id', 'session'] = '{}'
    AND body #>> '{actor,type}' IN ('person', 'token', 'cli', 'keeper', 'anonymous')
    AND jsonb_typeof(body #> '{actor,id}') = 'string' AND length(body #>> '{actor,id}') BETWEEN 1 AND 120
    AND coalesce(jsonb_typeof(body #> '{actor,session}') = 'string' AND length(body #>> '{actor,session}') BETWEEN 1 AND 120, NOT body -> 'actor' ? 'session')
    AND body ->> 'action' ~ '^[a-z_]+\.[a-z_]+$' AND length(body ->> 'action') <= 64
    AND jsonb_typeof(body -> 'target') = 'object' AND (body -> 'target') - ARRAY['type', 'id'] = '{}'
    AND jsonb_typeof(body #> '{target,type}') = 'string' AND length(body #>> '{target,type}') BETWEEN 1 AND 32
    AND jsonb_typeof(body #> '{target,id}') = 'string' AND length(body #>> '{target,id}') BETWEEN 1 AND 500
    AND body ->> 'outcome' IN ('ok', 'denied', 'error')
    AND coalesce(jsonb_typeof(body -> 'reason') = 'string' AND length(body ->> 'reason') <= 300, NOT body ? 'reason')
    AND jsonb_typeof(body -> 'req') = 'string' AND length(body ->> 'req') BETWEEN 1 AND 120
    AND coalesce(body ->> 'cause' ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$', NOT body ? 'cause')
    AND jsonb_typeof(body -> 'detail') = 'object'
$$;
--> statement-breakpoint

CREATE OR REPLACE FUNCTION audit_event_from_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  body jsonb;
BEGIN
  IF octet_length(NEW.entry) > 16384 THEN
    RAISE EXCEPTION 'an audit entry has at most 16 KiB' USING ERRCODE = 'KF003';
  END IF;
  body := convert_from(NEW.entry, 'UTF8')::jsonb;
  IF is_entry(body) IS NOT TRUE OR convert_to(canonical_json(body), 'UTF8') IS DISTINCT FROM NEW.entry THEN
    RAISE EXCEPTION 'an audit entry is the canonical bytes of a whole entry' USING ERRCODE = 'KF008';
  END IF;
  IF body -> 'tenant' <> 'null' AND NOT EXISTS (SELECT FROM tenant WHERE tenant.id = (body ->> 'tenant')::uuid) THEN
    RAISE EXCEPTION 'an audit entry belongs to a tenant that is there, or to the operator' USING ERRCODE = 'KF009';
  END IF;
  IF login_source() IS NULL OR body ->> 'source' IS DISTINCT FROM login_source() THEN
    RAISE EXCEPTION 'the source of an audit entry is that of its login' USING ERRCODE = 'KF004';
  END IF;
  IF body ->> 't' IS DISTINCT FROM to_char(transaction_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') THEN
    RAISE EXCEPTION 'the time of an audit entry is that of its transaction' USING ERRCODE = 'KF005';
  END IF;
  NEW.id := (body ->> 'id')::uuid;
  NEW.tenant_id := (body ->> 'tenant')::uuid;
  NEW.at := (body ->> 't')::timestamptz;
  NEW.source := body ->> 'source';
  NEW.action := body ->> 'action';
  NEW.outcome := body ->> 'outcome';
  NEW.actor_type := body #>> '{actor,type}';
  NEW.actor_id := body #>> '{actor,id}';
  NEW.target_type := body #>> '{target,type}';
  NEW.target_id := body #>> '{target,id}';
  NEW.req := body ->> 'req';
  NEW.rev := (body #>> '{detail,rev}')::integer;
  NEW.xid := pg_current_xact_id();
  INSERT INTO audit_queue (event_id, tenant_id, xid, ordinal) VALUES (NEW.id, NEW.tenant_id, NEW.xid, NEW.ordinal);
  RETURN NEW;
END $$;
