CREATE TABLE "operator_token" (
	"id" uuid PRIMARY KEY NOT NULL,
	"prefix" text NOT NULL,
	"hash" "bytea" NOT NULL,
	"scopes" text[] NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"revoked_at" timestamp (3) with time zone,
	"last_used_at" timestamp (3) with time zone,
	"rev" integer NOT NULL,
	"mac" "bytea" NOT NULL,
	CONSTRAINT "operator_token_prefix_unique" UNIQUE("prefix")
);
--> statement-breakpoint
ALTER TABLE "access_window" ADD COLUMN "req" text;--> statement-breakpoint
ALTER TABLE "access_window" ADD COLUMN "record_id" uuid;
--> statement-breakpoint

CREATE CONSTRAINT TRIGGER operator_token_event
  AFTER INSERT OR DELETE OR UPDATE OF prefix, hash, scopes, expires_at, revoked_at, rev, mac ON "operator_token"
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_event('token.');
--> statement-breakpoint

-- An operation is of a tenant, but for those few that are the operator's own.
CREATE OR REPLACE FUNCTION operation_guard() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    NEW.source := login_source();
    IF NEW.source IS NULL THEN
      RAISE EXCEPTION 'an operation is asked for by a login of this deployment' USING ERRCODE = 'KF004';
    END IF;
    IF (NEW.tenant_id IS NULL) <> (NEW.kind IN ('mint-operator-token', 'revoke-operator-token')) THEN
      RAISE EXCEPTION 'an operation is of a tenant, or of a kind that is the operator''s own' USING ERRCODE = 'KF010';
    END IF;
    NEW.state := 'pending';
  ELSIF OLD.state IN ('done', 'failed') THEN
    RAISE EXCEPTION 'an operation that has ended does not change' USING ERRCODE = 'KF001';
  END IF;
  RETURN NEW;
END $$;
