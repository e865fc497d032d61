-- A word that one event in a hundred has was looked up by its trigrams: all events that have it were found and sorted for
-- a page of them. Now as many of the newest events are looked through as should hold the page, in the order of time; if
-- they do not, the trigrams find the rest. And of several words two are asked of the index, not one.
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
  probed CONSTANT integer := 2000;
  seen integer;
  ahead bigint;
  found integer := 0;
  last_at timestamptz;
  last_id uuid;
  plan text;
  -- Without these there is but the order of time, and each event's words by its id.
  plans text[] := ARRAY['enable_seqscan', 'enable_sort', 'enable_bitmapscan', 'enable_material', 'enable_hashjoin', 'enable_mergejoin'];
BEGIN
  IF scope IS NULL AND current_setting('role') !~ '_operator$' THEN
    RETURN;
  END IF;
  FOREACH plan IN ARRAY plans LOOP
    PERFORM set_config(plan, 'off', true);
  END LOOP;
  -- One lookup for each of them: as a join, a planner without statistics may go through them all for each event's words.
  SELECT count(*) INTO seen FROM (
    SELECT (SELECT t.text FROM audit_text t WHERE t.event_id = e.id) AS text FROM audit_event e
    WHERE (before_at IS NULL OR (e.at, e.id) < (before_at, before_id)) AND (scope IS NULL OR e.tenant_id = scope)
      AND (since IS NULL OR e.at >= since) AND (until IS NULL OR e.at < until)
    ORDER BY e.at DESC, e.id DESC LIMIT probed) AS newest
  WHERE (pattern IS NULL OR newest.text LIKE pattern) AND (more IS NULL OR newest.text LIKE ALL (more));
  -- Twice as many events as should hold what is asked for, if the older ones are like the newest. Words that are rarer, or
  -- of which more is asked for, are found sooner by their trigrams.
  IF seen >= 5 THEN
    ahead := 2 * row_limit::bigint * probed / seen;
  END IF;
  IF ahead <= 100000 OR seen >= probed / 50 THEN
    SELECT e.at, e.id INTO last_at, last_id FROM audit_event e
    WHERE (before_at IS NULL OR (e.at, e.id) < (before_at, before_id)) AND (scope IS NULL OR e.tenant_id = scope)
      AND (since IS NULL OR e.at >= since) AND (until IS NULL OR e.at < until)
    ORDER BY e.at DESC, e.id DESC OFFSET ahead LIMIT 1;
  ELSE
    FOREACH plan IN ARRAY plans LOOP
      PERFORM set_config(plan, 'on', true);
    END LOOP;
  END IF;
  LOOP
    RETURN QUERY
    SELECT e.id, e.at::timestamptz FROM audit_text t JOIN audit_event e ON e.id = t.event_id
    WHERE (pattern IS NULL OR t.text LIKE pattern)
      AND (more IS NULL OR (t.text LIKE more[1] AND t.text LIKE ALL (more)))
      AND (less IS NULL OR NOT t.text LIKE ANY (less))
      AND (scope IS NULL OR (t.log_id = scope AND e.tenant_id = scope))
      AND (since IS NULL OR e.at >= since)
      AND (until IS NULL OR e.at < until)
      AND (before_at IS NULL OR (e.at, e.id) < (before_at, before_id))
      AND (last_at IS NULL OR (e.at, e.id) >= (last_at, last_id))
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
    ORDER BY e.at DESC, e.id DESC LIMIT row_limit - found;
    GET DIAGNOSTICS seen = ROW_COUNT;
    found := found + seen;
    EXIT WHEN last_at IS NULL OR found >= row_limit;
    before_at := last_at;
    before_id := last_id;
    last_at := NULL;
    -- The older ones were not like the newest: what is left is found by trigrams, however far back it lies.
    FOREACH plan IN ARRAY plans LOOP
      PERFORM set_config(plan, 'on', true);
    END LOOP;
  END LOOP;
  FOREACH plan IN ARRAY plans LOOP
    PERFORM set_config(plan, 'on', true);
  END LOOP;
END $$;
