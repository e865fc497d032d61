-- The log as one searches it: indexes for filters that are asked for together, plain words under trigrams, and counts by
-- the hour. What is placed before this migration is taken in at its end.
CREATE EXTENSION IF NOT EXISTS pg_trgm;
--> statement-breakpoint
CREATE TABLE "audit_hour" (
	"log_id" uuid NOT NULL,
	"hour" timestamp (3) with time zone NOT NULL,
	"action" text NOT NULL,
	"outcome" text NOT NULL,
	"actor_id" text NOT NULL,
	"count" bigint NOT NULL,
	CONSTRAINT "audit_hour_log_id_hour_action_outcome_actor_id_pk" PRIMARY KEY("log_id","hour","action","outcome","actor_id")
);
--> statement-breakpoint
CREATE TABLE "audit_text" (
	"event_id" uuid PRIMARY KEY NOT NULL,
	"log_id" uuid NOT NULL,
	"text" text NOT NULL
);
--> statement-breakpoint
CREATE INDEX "audit_hour_time" ON "audit_hour" USING btree ("hour");--> statement-breakpoint
CREATE INDEX "audit_text_trigrams" ON "audit_text" USING gin ("text" gin_trgm_ops);--> statement-breakpoint
CREATE INDEX "audit_event_tenant_action_time" ON "audit_event" USING btree ("tenant_id","action","at","id");--> statement-breakpoint
CREATE INDEX "audit_event_tenant_actor_time" ON "audit_event" USING btree ("tenant_id","actor_id","at","id");--> statement-breakpoint
CREATE INDEX "audit_event_actor_action_time" ON "audit_event" USING btree ("actor_id","action","at","id");--> statement-breakpoint
CREATE INDEX "audit_event_tenant_actor_action_time" ON "audit_event" USING btree ("tenant_id","actor_id","action","at","id");--> statement-breakpoint
CREATE INDEX "audit_event_tenant_not_ok_time" ON "audit_event" USING btree ("tenant_id","outcome","at","id") WHERE outcome <> 'ok';--> statement-breakpoint
CREATE INDEX "audit_event_actor_not_ok_time" ON "audit_event" USING btree ("actor_id","outcome","at","id") WHERE outcome <> 'ok';--> statement-breakpoint
CREATE INDEX "audit_event_action_not_ok_time" ON "audit_event" USING btree ("action","outcome","at","id") WHERE outcome <> 'ok';
--> statement-breakpoint
ALTER TABLE "audit_hour" SET (fillfactor = 70);
--> statement-breakpoint

-- The words of an entry, in lower case: what happened, to what, by whom, in which request, why, and the values of its
-- detail. Bytes that are no JSON have none: they were changed after they were logged, and a search need not stop at them.
CREATE FUNCTION audit_words(entry bytea) RETURNS text LANGUAGE plpgsql STABLE SET search_path = public, pg_temp AS $$
DECLARE
  body jsonb := convert_from(entry, 'UTF8')::jsonb;
BEGIN
  RETURN lower(left(concat_ws(' ', body ->> 'action', body ->> 'outcome', body #>> '{target,type}', body #>> '{target,id}',
    body #>> '{actor,type}', body #>> '{actor,id}', body ->> 'req', body ->> 'reason',
    (SELECT string_agg(item #>> '{}', ' ') FROM jsonb_path_query(body -> 'detail', 'strict $.**') AS item
     WHERE jsonb_typeof(item) IN ('string', 'number'))), 4000));
EXCEPTION WHEN data_exception OR program_limit_exceeded THEN
  RETURN '';
END $$;
--> statement-breakpoint

-- Takes placed events into the words and the counts. Each once: the sequencer calls it in the transaction that places them.
CREATE FUNCTION audit_index_events(ids uuid[]) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
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
  ), counts AS (
    INSERT INTO audit_hour AS h (log_id, hour, action, outcome, actor_id, count)
    SELECT log_id, hour, action, outcome, actor_id, count(*) FROM event WHERE id IN (SELECT event_id FROM words)
    GROUP BY log_id, hour, action, outcome, actor_id
    ON CONFLICT (log_id, hour, action, outcome, actor_id) DO UPDATE SET count = h.count + excluded.count
  )
  SELECT count(*) INTO taken FROM words;
  RETURN taken;
END $$;
--> statement-breakpoint

-- Does a value fit a term of a query: is it one of "any", like one of "like", and neither in "not" nor like one of "not_like"?
CREATE FUNCTION audit_fits(given text, term jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE SET search_path = public, pg_temp AS $$
  SELECT term IS NULL OR (
    (NOT term ? 'any' OR term -> 'any' ? given)
    AND (NOT term ? 'like' OR EXISTS (SELECT FROM jsonb_array_elements_text(term -> 'like') AS pattern (one) WHERE given LIKE pattern.one))
    AND (NOT term ? 'not' OR NOT term -> 'not' ? given)
    AND (NOT term ? 'not_like' OR NOT EXISTS (SELECT FROM jsonb_array_elements_text(term -> 'not_like') AS pattern (one) WHERE given LIKE pattern.one)))
$$;
--> statement-breakpoint

-- The one way to look for words: a trigram index is not used under a policy, so this runs as the tables' owner and binds
-- the tenant itself. A tenant's role sees its tenant and nothing without one; an operator's role sees all. Newest first.
-- "wanted" is the pattern that the index serves, null if there is none; "terms" are the query's other fields.
CREATE FUNCTION audit_text_search(
  wanted text, others text[], unwanted text[], terms jsonb, since timestamptz, until timestamptz,
  before_at timestamptz, before_id uuid, row_limit integer
) RETURNS TABLE (event_id uuid, event_at timestamptz) LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = public, pg_temp SET plan_cache_mode = force_custom_plan AS $$
#variable_conflict use_column
DECLARE
  scope uuid := nullif(current_setting('app.tenant_id', true), '')::uuid;
  actions text[] := (SELECT array_agg(v) FROM jsonb_array_elements_text(terms #> '{action,any}') AS v);
  actors text[] := (SELECT array_agg(v) FROM jsonb_array_elements_text(terms #> '{actor,any}') AS v);
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
    AND (actions IS NULL OR e.action = ANY (actions))
    AND (actors IS NULL OR e.actor_id = ANY (actors))
    AND (since IS NULL OR e.at >= since)
    AND (until IS NULL OR e.at < until)
    AND (before_at IS NULL OR (e.at, e.id) < (before_at, before_id))
    AND audit_fits(coalesce(e.tenant_id::text, ''), terms -> 'tenant')
    AND audit_fits(e.actor_id, terms -> 'actor')
    AND audit_fits(e.action, terms -> 'action')
    AND audit_fits(e.outcome, terms -> 'outcome')
    AND audit_fits(e.target_id, terms -> 'target')
    AND audit_fits(e.req, terms -> 'request')
  ORDER BY e.at DESC, e.id DESC LIMIT row_limit;
END $$;
--> statement-breakpoint

DO $$
DECLARE
  placed bigint;
  taken bigint;
BEGIN
  SELECT count(*) INTO placed FROM audit_leaf l JOIN audit_event e ON e.id = l.event_id;
  SELECT coalesce(sum(audit_index_events(ids)), 0) INTO taken FROM (
    SELECT array_agg(event_id) AS ids
    FROM (SELECT event_id, row_number() OVER () / 10000 AS part FROM audit_leaf WHERE event_id IS NOT NULL) AS leaf
    GROUP BY part) AS parts;
  IF taken <> placed THEN
    RAISE EXCEPTION 'of % placed events % were taken in', placed, taken;
  END IF;
END $$;
