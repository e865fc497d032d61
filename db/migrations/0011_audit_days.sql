-- Counts by the day for long times; and the search for words told to the planner, value by value: a function that it
-- cannot see into made it sort every event with a common word.
CREATE TABLE "audit_day" (
	"log_id" uuid NOT NULL,
	"day" timestamp (3) with time zone NOT NULL,
	"action" text NOT NULL,
	"outcome" text NOT NULL,
	"count" bigint NOT NULL,
	CONSTRAINT "audit_day_log_id_day_action_outcome_pk" PRIMARY KEY("log_id","day","action","outcome")
);
--> statement-breakpoint
CREATE INDEX "audit_day_time" ON "audit_day" USING btree ("day");
--> statement-breakpoint
ALTER TABLE "audit_day" SET (fillfactor = 70);
--> statement-breakpoint
INSERT INTO "audit_day" (log_id, day, action, outcome, count)
SELECT log_id, date_trunc('day', hour, 'UTC'), action, outcome, sum(count) FROM "audit_hour" GROUP BY 1, 2, 3, 4;
--> statement-breakpoint

CREATE OR REPLACE FUNCTION audit_index_events(ids uuid[]) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  own uuid := (SELECT id FROM deployment);
  taken bigint;
BEGIN
  WITH event AS MATERIALIZED (
    SELECT e.* FROM unnest(ids) AS wanted (id)
    CROSS JOIN LATERAL (
      SELECT a.id, coalesce(a.tenant_id, own) AS log_id, date_trunc('hour', a.at, 'UTC') AS hour, a.action, a.outcome,
             a.actor_id, a.entry
      FROM audit_event a WHERE a.id = wanted.id OFFSET 0) AS e
  ), words AS (
    INSERT INTO audit_text (event_id, log_id, text) SELECT id, log_id, audit_words(entry) FROM event
    ON CONFLICT DO NOTHING RETURNING event_id
  ), hours AS (
    INSERT INTO audit_hour AS h (log_id, hour, action, outcome, actor_id, count)
    SELECT log_id, hour, action, outcome, actor_id, count(*) FROM event WHERE id IN (SELECT event_id FROM words)
    GROUP BY log_id, hour, action, outcome, actor_id
    ON CONFLICT (log_id, hour, action, outcome, actor_id) DO UPDATE SET count = h.count + excluded.count
  ), days AS (
    INSERT INTO audit_day AS d (log_id, day, action, outcome, count)
    SELECT log_id, date_trunc('day', hour, 'UTC'), action, outcome, count(*) FROM event
    WHERE id IN (SELECT event_id FROM words) GROUP BY 1, 2, 3, 4
    ON CONFLICT (log_id, day, action, outcome) DO UPDATE SET count = d.count + excluded.count
  )
  SELECT count(*) INTO taken FROM words;
  RETURN taken;
END $$;
--> statement-breakpoint

-- The values of one side of a term, null when nothing is said. Immutable and of constants: the planner sees the values.
CREATE FUNCTION audit_list(terms jsonb, field text, side text) RETURNS text[] LANGUAGE sql IMMUTABLE SET search_path = public, pg_temp AS $$
  SELECT array_agg(v) FROM jsonb_array_elements_text(terms -> field -> side) AS v
$$;
--> statement-breakpoint

CREATE OR REPLACE FUNCTION audit_text_search(
  wanted text, others text[], unwanted text[], terms jsonb, since timestamptz, until timestamptz,
  before_at timestamptz, before_id uuid, row_limit integer
) RETURNS TABLE (event_id uuid, event_at timestamptz) LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = public, pg_temp SET plan_cache_mode = force_custom_plan AS $$
#variable_conflict use_column
DECLARE
  scope uuid := nullif(current_setting('app.tenant_id', true), '')::uuid;
  pattern text := lower(wanted);
  more text[] := (SELECT array_agg(lower(v)) FROM unnest(others) AS v);
  less text[] := (SELECT array_agg(lower(v)) FROM unnest(unwanted) AS v);
BEGIN
  IF scope IS NULL AND current_setting('role') !~ '_operator$' THEN
    RETURN;
  END IF;
  RETURN QUERY
  SELECT e.id, e.at::timestamptz FROM audit_text t JOIN audit_event e ON e.id = t.event_id
  WHERE (pattern IS NULL OR t.text LIKE pattern)
    AND (more IS NULL OR t.text LIKE ALL (more))
    AND (less IS NULL OR NOT t.text LIKE ANY (less))
    AND (scope IS NULL OR (t.log_id = scope AND e.tenant_id = scope))
    AND (since IS NULL OR e.at >= since)
    AND (until IS NULL OR e.at < until)
    AND (before_at IS NULL OR (e.at, e.id) < (before_at, before_id))
    AND (audit_list(terms, 'tenant', 'any') IS NULL OR coalesce(e.tenant_id::text, '') = ANY (audit_list(terms, 'tenant', 'any')))
    AND (audit_list(terms, 'tenant', 'not') IS NULL OR coalesce(e.tenant_id::text, '') <> ALL (audit_list(terms, 'tenant', 'not')))
    AND (audit_list(terms, 'actor', 'any') IS NULL OR e.actor_id = ANY (audit_list(terms, 'actor', 'any')))
    AND (audit_list(terms, 'actor', 'not') IS NULL OR e.actor_id <> ALL (audit_list(terms, 'actor', 'not')))
    AND (audit_list(terms, 'actor', 'like') IS NULL OR e.actor_id LIKE ANY (audit_list(terms, 'actor', 'like')))
    AND (audit_list(terms, 'actor', 'not_like') IS NULL OR NOT e.actor_id LIKE ANY (audit_list(terms, 'actor', 'not_like')))
    AND (audit_list(terms, 'action', 'any') IS NULL OR e.action = ANY (audit_list(terms, 'action', 'any')))
    AND (audit_list(terms, 'action', 'not') IS NULL OR e.action <> ALL (audit_list(terms, 'action', 'not')))
    AND (audit_list(terms, 'outcome', 'any') IS NULL OR e.outcome = ANY (audit_list(terms, 'outcome', 'any')))
    AND (audit_list(terms, 'outcome', 'not') IS NULL OR e.outcome <> ALL (audit_list(terms, 'outcome', 'not')))
    AND (audit_list(terms, 'target', 'any') IS NULL OR e.target_id = ANY (audit_list(terms, 'target', 'any')))
    AND (audit_list(terms, 'target', 'not') IS NULL OR e.target_id <> ALL (audit_list(terms, 'target', 'not')))
    AND (audit_list(terms, 'target', 'like') IS NULL OR e.target_id LIKE ANY (audit_list(terms, 'target', 'like')))
    AND (audit_list(terms, 'target', 'not_like') IS NULL OR NOT e.target_id LIKE ANY (audit_list(terms, 'target', 'not_like')))
    AND (audit_list(terms, 'request', 'any') IS NULL OR e.req = ANY (audit_list(terms, 'request', 'any')))
    AND (audit_list(terms, 'request', 'not') IS NULL OR e.req <> ALL (audit_list(terms, 'request', 'not')))
    AND (audit_list(terms, 'request', 'like') IS NULL OR e.req LIKE ANY (audit_list(terms, 'request', 'like')))
    AND (audit_list(terms, 'request', 'not_like') IS NULL OR NOT e.req LIKE ANY (audit_list(terms, 'request', 'not_like')))
  ORDER BY e.at DESC, e.id DESC LIMIT row_limit;
END $$;
--> statement-breakpoint
DROP FUNCTION audit_fits(text, jsonb);
