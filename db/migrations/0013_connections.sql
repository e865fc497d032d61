CREATE TABLE "kms_call_hour" (
	"tenant_id" uuid NOT NULL,
	"connection_id" uuid NOT NULL,
	"hour" timestamp (3) with time zone NOT NULL,
	"calls" integer NOT NULL,
	"failures" integer NOT NULL,
	CONSTRAINT "kms_call_hour_tenant_id_connection_id_hour_pk" PRIMARY KEY("tenant_id","connection_id","hour")
);
--> statement-breakpoint
CREATE TABLE "kms_connection" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"name" text NOT NULL,
	"provider" text NOT NULL,
	"custody" text NOT NULL,
	"config" jsonb NOT NULL,
	"external_id" text,
	"provider_key_id" text NOT NULL,
	"secret" "bytea",
	"secret_revision" integer DEFAULT 0 NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"removed_at" timestamp (3) with time zone,
	"rev" integer NOT NULL,
	"mac" "bytea" NOT NULL,
	CONSTRAINT "kms_connection_tenant_id_id_pk" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "kms_connection_provider" CHECK ("kms_connection"."provider" IN ('aws', 'azure', 'gcp', 'vault')),
	CONSTRAINT "kms_connection_custody" CHECK ("kms_connection"."custody" IN ('vendor', 'customer')),
	CONSTRAINT "kms_connection_name_form" CHECK ("kms_connection"."name" ~ '^[a-z0-9][a-z0-9_-]{1,62}$'),
	CONSTRAINT "kms_connection_removed" CHECK ("kms_connection"."removed_at" IS NULL OR "kms_connection"."secret" IS NULL)
);
--> statement-breakpoint
CREATE TABLE "kms_preflight" (
	"tenant_id" uuid NOT NULL,
	"connection_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"started_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"finished_at" timestamp (3) with time zone,
	"passed" boolean,
	"steps" jsonb NOT NULL,
	"warnings" jsonb NOT NULL,
	"p50_ms" double precision,
	"p95_ms" double precision,
	CONSTRAINT "kms_preflight_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "kms_probe" (
	"tenant_id" uuid NOT NULL,
	"connection_id" uuid NOT NULL,
	"health" text NOT NULL,
	"since" timestamp (3) with time zone NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"code" text,
	"message" text,
	"deletion_at" timestamp (3) with time zone,
	"latency_ms" double precision,
	"versions" jsonb NOT NULL,
	"canary" "bytea" NOT NULL,
	"canary_version" text NOT NULL,
	CONSTRAINT "kms_probe_tenant_id_connection_id_pk" PRIMARY KEY("tenant_id","connection_id"),
	CONSTRAINT "kms_probe_health" CHECK ("kms_probe"."health" IN ('enabled', 'disabled', 'pending_import', 'pending_deletion', 'destroyed', 'forbidden', 'throttled', 'unreachable'))
);
--> statement-breakpoint
CREATE TABLE "sealing_key" (
	"id" text PRIMARY KEY NOT NULL,
	"public_key" "bytea" NOT NULL,
	"private_key" "bytea" NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "cmk" ADD COLUMN "connection_id" uuid;--> statement-breakpoint
ALTER TABLE "kms_call_hour" ADD CONSTRAINT "kms_call_hour_tenant_id_connection_id_kms_connection_tenant_id_id_fk" FOREIGN KEY ("tenant_id","connection_id") REFERENCES "public"."kms_connection"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "kms_connection" ADD CONSTRAINT "kms_connection_tenant_id_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenant"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "kms_preflight" ADD CONSTRAINT "kms_preflight_tenant_id_connection_id_kms_connection_tenant_id_id_fk" FOREIGN KEY ("tenant_id","connection_id") REFERENCES "public"."kms_connection"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "kms_probe" ADD CONSTRAINT "kms_probe_tenant_id_connection_id_kms_connection_tenant_id_id_fk" FOREIGN KEY ("tenant_id","connection_id") REFERENCES "public"."kms_connection"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "kms_connection_name" ON "kms_connection" USING btree ("tenant_id","name") WHERE removed_at IS NULL;--> statement-breakpoint
CREATE UNIQUE INDEX "kms_connection_one_per_key" ON "kms_connection" USING btree ("provider_key_id") WHERE removed_at IS NULL;--> statement-breakpoint
CREATE INDEX "kms_preflight_by_time" ON "kms_preflight" USING btree ("tenant_id","connection_id","started_at");--> statement-breakpoint
CREATE INDEX "kms_probe_due" ON "kms_probe" USING btree ("at");--> statement-breakpoint
ALTER TABLE "cmk" ADD CONSTRAINT "cmk_tenant_id_connection_id_kms_connection_tenant_id_id_fk" FOREIGN KEY ("tenant_id","connection_id") REFERENCES "public"."kms_connection"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "cmk_connection" ON "cmk" USING btree ("tenant_id","connection_id");--> statement-breakpoint

CREATE CONSTRAINT TRIGGER kms_connection_event AFTER INSERT OR UPDATE OR DELETE ON "kms_connection"
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_event('connection.');
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER sealing_key_event AFTER INSERT OR UPDATE OR DELETE ON "sealing_key"
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_event('keyring.');
