-- A token may have a limit of requests a second. It is part of what its row grants, so it does not change without an event.
ALTER TABLE "operator_token" ADD COLUMN "rate_limit" integer;--> statement-breakpoint
ALTER TABLE "service_token" ADD COLUMN "rate_limit" integer;--> statement-breakpoint
ALTER TABLE "operator_token" ADD CONSTRAINT "operator_token_rate_limit" CHECK ("operator_token"."rate_limit" BETWEEN 1 AND 10000);--> statement-breakpoint
ALTER TABLE "service_token" ADD CONSTRAINT "service_token_rate_limit" CHECK ("service_token"."rate_limit" BETWEEN 1 AND 10000);
--> statement-breakpoint
DROP TRIGGER service_token_event ON "service_token";
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER service_token_event
  AFTER INSERT OR DELETE OR UPDATE OF prefix, hash, scopes, rate_limit, expires_at, revoked_at, rev, mac ON "service_token"
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_event('token.');
--> statement-breakpoint
DROP TRIGGER operator_token_event ON "operator_token";
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER operator_token_event
  AFTER INSERT OR DELETE OR UPDATE OF prefix, hash, scopes, rate_limit, expires_at, revoked_at, rev, mac ON "operator_token"
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_event('token.');
