ALTER TABLE "kms_connection" DROP CONSTRAINT "kms_connection_custody";--> statement-breakpoint
ALTER TABLE "kms_connection" DROP CONSTRAINT "kms_connection_tenant_id_tenant_id_fk";
--> statement-breakpoint
DROP INDEX "cmk_one_platform";--> statement-breakpoint
ALTER TABLE "kms_connection" ADD COLUMN "of_tenant" uuid GENERATED ALWAYS AS (CASE WHEN custody = 'platform' THEN NULL ELSE tenant_id END) STORED;--> statement-breakpoint
ALTER TABLE "kms_connection" ADD COLUMN "of_deployment" uuid GENERATED ALWAYS AS (CASE WHEN custody = 'platform' THEN tenant_id END) STORED;--> statement-breakpoint
ALTER TABLE "kms_connection" ADD CONSTRAINT "kms_connection_of_tenant_tenant_id_fk" FOREIGN KEY ("of_tenant") REFERENCES "public"."tenant"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "kms_connection" ADD CONSTRAINT "kms_connection_of_deployment_deployment_id_fk" FOREIGN KEY ("of_deployment") REFERENCES "public"."deployment"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "key_version_cmk" ON "key_version" USING btree ("cmk_id");--> statement-breakpoint
CREATE UNIQUE INDEX "cmk_one_platform" ON "cmk" USING btree ("custody") WHERE custody = 'platform' AND connection_id IS NULL;--> statement-breakpoint
ALTER TABLE "kms_connection" ADD CONSTRAINT "kms_connection_custody" CHECK ("kms_connection"."custody" IN ('platform', 'vendor', 'customer'));--> statement-breakpoint

-- A connection is a tenant's or the platform's, and so is what a keeper is asked to do about one.
CREATE OR REPLACE FUNCTION operation_guard() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    NEW.source := login_source();
    IF NEW.source IS NULL THEN
      RAISE EXCEPTION 'an operation is asked for by a login of this deployment' USING ERRCODE = 'KF004';
    END IF;
    IF NEW.kind NOT IN ('create-connection', 'set-connection-secret', 'test-connection', 'rotate-cmk', 'remove-connection')
      AND (NEW.tenant_id IS NULL) <> (NEW.kind IN ('mint-operator-token', 'revoke-operator-token')) THEN
      RAISE EXCEPTION 'an operation is of a tenant, or of a kind that is the operator''s own' USING ERRCODE = 'KF010';
    END IF;
    NEW.state := 'pending';
  ELSIF OLD.state IN ('done', 'failed') THEN
    RAISE EXCEPTION 'an operation that has ended does not change' USING ERRCODE = 'KF001';
  END IF;
  RETURN NEW;
END $$;
--> statement-breakpoint

-- Whoever puts a tenant's key under the platform's connection holds it against its removal, and sees nothing else of it.
CREATE FUNCTION hold_platform_connection(connection uuid) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM FROM kms_connection WHERE id = connection AND custody = 'platform' AND removed_at IS NULL FOR SHARE;
  RETURN FOUND;
END $$;
--> statement-breakpoint

-- A connection of the platform is told in the operator's log: it is of no tenant.
CREATE OR REPLACE FUNCTION require_event() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  changed jsonb := to_jsonb(COALESCE(NEW, OLD));
  tenant uuid := (changed ->> CASE TG_TABLE_NAME WHEN 'tenant' THEN 'id' WHEN 'kms_connection' THEN 'of_tenant' ELSE 'tenant_id' END)::uuid;
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
