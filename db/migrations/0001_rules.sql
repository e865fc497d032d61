-- What the tables alone cannot say: fill factors, the transitions of key states, no change without its event,
-- an audit log that only grows, and entries whose source and time cannot be made up.

-- Rewraps update every row of "dek" in place: room on each page keeps those updates HOT.
ALTER TABLE "dek" SET (fillfactor = 60);
--> statement-breakpoint
ALTER TABLE "rewrap_chunk" SET (fillfactor = 50);
--> statement-breakpoint

INSERT INTO "key_state_transition" ("from_state", "to_state") VALUES
  ('pre-activation', 'active'), ('pre-activation', 'compromised'), ('pre-activation', 'destroyed'),
  ('active', 'suspended'), ('active', 'deactivated'), ('active', 'compromised'), ('active', 'destroyed'),
  ('suspended', 'active'), ('suspended', 'deactivated'), ('suspended', 'compromised'), ('suspended', 'destroyed'),
  ('deactivated', 'compromised'), ('deactivated', 'destroyed'),
  ('compromised', 'destroyed');
--> statement-breakpoint

CREATE FUNCTION key_version_state_guard() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.state NOT IN ('pre-activation', 'active') THEN
      RAISE EXCEPTION 'a key version cannot begin as %', NEW.state USING ERRCODE = 'KF001';
    END IF;
    RETURN NEW;
  END IF;
  IF NEW.rev <= OLD.rev THEN
    RAISE EXCEPTION 'a change of a key version raises its rev' USING ERRCODE = 'KF002';
  END IF;
  IF NEW.state <> OLD.state AND NOT EXISTS (
    SELECT FROM key_state_transition WHERE from_state = OLD.state AND to_state = NEW.state
  ) THEN
    RAISE EXCEPTION 'a key version that is % cannot become %', OLD.state, NEW.state USING ERRCODE = 'KF001';
  END IF;
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER key_version_state BEFORE INSERT OR UPDATE OF state, current, cmk_id, cmk_version, blob, rev, mac ON "key_version"
  FOR EACH ROW EXECUTE FUNCTION key_version_state_guard();
--> statement-breakpoint

-- The login behind a session: 'console', 'keeper', 'sequencer', 'cli', or null for anybody else.
CREATE FUNCTION login_name() RETURNS text LANGUAGE sql STABLE AS $$
  SELECT (regexp_match(session_user, '^kf_[0-9a-f]{8}_(console|keeper|sequencer|cli)$'))[1]
$$;
--> statement-breakpoint
CREATE FUNCTION login_source() RETURNS text LANGUAGE sql STABLE AS $$
  SELECT CASE login_name() WHEN 'sequencer' THEN 'keeper' ELSE login_name() END
$$;
--> statement-breakpoint

-- Every column beside the entry is taken from the entry, so that the two cannot disagree;
-- source and time are those of the session and the transaction, so that nobody speaks for another or at another time.
CREATE FUNCTION audit_event_from_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  body jsonb := convert_from(NEW.entry, 'UTF8')::jsonb;
BEGIN
  IF octet_length(NEW.entry) > 16384 THEN
    RAISE EXCEPTION 'an audit entry has at most 16 KiB' USING ERRCODE = 'KF003';
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
--> statement-breakpoint
CREATE TRIGGER audit_event_entry BEFORE INSERT ON "audit_event"
  FOR EACH ROW EXECUTE FUNCTION audit_event_from_entry();
--> statement-breakpoint

-- No change without its event: at commit, each changed row needs an event of the same transaction, for the same tenant,
-- whose action begins with one of the prefixes the trigger names.
CREATE FUNCTION require_event() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  changed jsonb := to_jsonb(COALESCE(NEW, OLD));
  tenant uuid := CASE TG_TABLE_NAME WHEN 'tenant' THEN (changed ->> 'id')::uuid ELSE (changed ->> 'tenant_id')::uuid END;
BEGIN
  IF NOT EXISTS (
    SELECT FROM audit_event e
    WHERE e.xid = pg_current_xact_id() AND e.at >= date_trunc('milliseconds', transaction_timestamp())
      AND e.tenant_id IS NOT DISTINCT FROM tenant
      AND EXISTS (SELECT FROM unnest(TG_ARGV) AS prefix WHERE starts_with(e.action, prefix))
  ) THEN
    RAISE EXCEPTION 'a change of % needs its audit event in the same transaction', TG_TABLE_NAME USING ERRCODE = 'KF006';
  END IF;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER tenant_event AFTER INSERT OR UPDATE OR DELETE ON "tenant"
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_event('tenant.');
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER key_event AFTER INSERT OR UPDATE OR DELETE ON "key"
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_event('key.');
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER key_version_event
  AFTER INSERT OR DELETE OR UPDATE OF state, current, cmk_id, cmk_version, blob, rev, mac ON "key_version"
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_event('key_version.');
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER cmk_event AFTER INSERT OR UPDATE OR DELETE ON "cmk"
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_event('keyring.', 'cmk.', 'crypto.');
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER keyring_event AFTER INSERT OR UPDATE OR DELETE ON "keyring"
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_event('keyring.', 'crypto.key_rotated');
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER person_event AFTER INSERT OR UPDATE OR DELETE ON "person"
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_event('person.');
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER console_session_event AFTER INSERT OR DELETE OR UPDATE OF person_id, token_hash, expires_at, revoked_at ON "console_session"
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_event('person.');
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER service_token_event
  AFTER INSERT OR DELETE OR UPDATE OF prefix, hash, scopes, expires_at, revoked_at, rev, mac ON "service_token"
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_event('token.');
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER rewrap_job_event
  AFTER INSERT OR DELETE OR UPDATE OF status, target_version, key_id, mode ON "rewrap_job"
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_event('rewrap.', 'crypto.reencrypt_');
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER audit_key_event AFTER INSERT OR UPDATE OR DELETE ON "audit_key"
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_event('log.');
--> statement-breakpoint

-- An intent is asked for by an event, and its end is told by one: claims and leases in between are not changes of state.
CREATE FUNCTION operation_guard() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    NEW.source := login_source();
    IF NEW.source IS NULL THEN
      RAISE EXCEPTION 'an operation is asked for by a login of this deployment' USING ERRCODE = 'KF004';
    END IF;
    IF NEW.tenant_id IS NULL THEN
      RAISE EXCEPTION 'an operation is of a tenant' USING ERRCODE = 'KF010';
    END IF;
    NEW.state := 'pending';
  ELSIF OLD.state IN ('done', 'failed') THEN
    RAISE EXCEPTION 'an operation that has ended does not change' USING ERRCODE = 'KF001';
  END IF;
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER operation_guard BEFORE INSERT OR UPDATE ON "operation"
  FOR EACH ROW EXECUTE FUNCTION operation_guard();
--> statement-breakpoint
CREATE FUNCTION require_operation_event() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (
    SELECT FROM audit_event e
    WHERE e.xid = pg_current_xact_id() AND e.at >= date_trunc('milliseconds', transaction_timestamp())
      AND e.tenant_id IS NOT DISTINCT FROM NEW.tenant_id
  ) THEN
    RAISE EXCEPTION 'an operation needs its audit event in the same transaction' USING ERRCODE = 'KF006';
  END IF;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER operation_asked AFTER INSERT ON "operation"
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_operation_event();
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER operation_ended AFTER UPDATE OF state ON "operation"
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.state IN ('done', 'failed')) EXECUTE FUNCTION require_operation_event();
--> statement-breakpoint

-- Tripwire: no role is granted these; somebody who owns the database is at least told.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'rows of % are never changed or removed', TG_TABLE_NAME USING ERRCODE = 'KF007';
END $$;
--> statement-breakpoint
CREATE TRIGGER audit_leaf_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON "audit_leaf"
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
CREATE TRIGGER audit_checkpoint_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON "audit_checkpoint"
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
