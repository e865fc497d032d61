-- Who said of a version that no wrap is left outside, when, and how many that wrote off: its counter alone cannot tell.
CREATE TABLE "key_version_attestation" (
	"tenant_id" uuid NOT NULL,
	"key_id" uuid NOT NULL,
	"number" integer NOT NULL,
	"at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"wraps" bigint NOT NULL,
	"actor_type" text NOT NULL,
	"actor_id" text NOT NULL,
	CONSTRAINT "key_version_attestation_tenant_id_key_id_number_at_pk" PRIMARY KEY("tenant_id","key_id","number","at"),
	CONSTRAINT "key_version_attestation_wraps" CHECK ("key_version_attestation"."wraps" >= 1)
);
--> statement-breakpoint
ALTER TABLE "key_version_attestation" ADD CONSTRAINT "key_version_attestation_version" FOREIGN KEY ("tenant_id","key_id","number") REFERENCES "public"."key_version"("tenant_id","key_id","number") ON DELETE no action ON UPDATE no action;--> statement-breakpoint

CREATE CONSTRAINT TRIGGER key_version_attestation_event AFTER INSERT OR UPDATE OR DELETE ON "key_version_attestation"
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_event('key_version.wraps_attested');
