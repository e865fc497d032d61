-- Counts by the day with the actors: of ninety days, the hours of every actor are too many to add up while somebody waits.
-- And what happened to a target, by an actor, of one kind or in one tenant's log, in the order of time.
CREATE TABLE "audit_actor_day" (
	"log_id" uuid NOT NULL,
	"day" timestamp (3) with time zone NOT NULL,
	"actor_id" text NOT NULL,
	"action" text NOT NULL,
	"outcome" text NOT NULL,
	"count" bigint NOT NULL,
	CONSTRAINT "audit_actor_day_log_id_day_actor_id_action_outcome_pk" PRIMARY KEY("log_id","day","actor_id","action","outcome")
);
--> statement-breakpoint
CREATE INDEX "audit_actor_day_time" ON "audit_actor_day" USING btree ("day");--> statement-breakpoint
CREATE INDEX "audit_actor_day_actor" ON "audit_actor_day" USING btree ("actor_id","day");--> statement-breakpoint
CREATE INDEX "audit_event_tenant_target_time" ON "audit_event" USING btree ("tenant_id","target_id","at","id");--> statement-breakpoint
CREATE INDEX "audit_event_target_actor_time" ON "audit_event" USING btree ("target_id","actor_id","at","id");--> statement-breakpoint
CREATE INDEX "audit_event_target_action_time" ON "audit_event" USING btree ("target_id","action","at","id");
--> statement-breakpoint
ALTER TABLE "audit_actor_day" SET (fillfactor = 70);
--> statement-breakpoint
INSERT INTO "audit_actor_day" (log_id, day, actor_id, action, outcome, count)
SELECT log_id, date_trunc('day', hour, 'UTC'), actor_id, action, outcome, sum(count) FROM "audit_hour" GROUP BY 1, 2, 3, 4, 5;
--> statement-breakpoint
DO $$ BEGIN
  IF (SELECT coalesce(sum(count), 0) FROM "audit_actor_day") <> (SELECT coalesce(sum(count), 0) FROM "audit_hour") THEN
    RAISE EXCEPTION 'the days of the actors are not the sum of their hours';
  END IF;
END $$;
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
  ), actor_days AS (
    INSERT INTO audit_actor_day AS d (log_id, day, actor_id, action, outcome, count)
    SELECT log_id, date_trunc('day', hour, 'UTC'), actor_id, action, outcome, count(*) FROM event
    WHERE id IN (SELECT event_id FROM words) GROUP BY 1, 2, 3, 4, 5
    ON CONFLICT (log_id, day, actor_id, action, outcome) DO UPDATE SET count = d.count + excluded.count
  )
  SELECT count(*) INTO taken FROM words;
  RETURN taken;
END $$;
