CREATE TABLE "access_window" (
	"id" uuid PRIMARY KEY NOT NULL,
	"tenant_id" uuid NOT NULL,
	"token_id" uuid NOT NULL,
	"verb" text NOT NULL,
	"collection" text NOT NULL,
	"key_version" integer NOT NULL,
	"keeper_id" uuid NOT NULL,
	"started_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"ended_at" timestamp (3) with time zone,
	"count" bigint DEFAULT 0 NOT NULL,
	"failed" bigint DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "audit_checkpoint" (
	"epoch" integer NOT NULL,
	"size" bigint NOT NULL,
	"note" text NOT NULL,
	"signed_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "audit_checkpoint_epoch_size_pk" PRIMARY KEY("epoch","size")
);
--> statement-breakpoint
CREATE TABLE "audit_event" (
	"id" uuid PRIMARY KEY NOT NULL,
	"tenant_id" uuid,
	"at" timestamp (3) with time zone NOT NULL,
	"entry" "bytea" NOT NULL,
	"source" text NOT NULL,
	"action" text NOT NULL,
	"outcome" text NOT NULL,
	"actor_type" text NOT NULL,
	"actor_id" text NOT NULL,
	"target_type" text NOT NULL,
	"target_id" text NOT NULL,
	"req" text NOT NULL,
	"rev" integer,
	"xid" "xid8" NOT NULL,
	"ordinal" bigserial NOT NULL
);
--> statement-breakpoint
CREATE TABLE "audit_head" (
	"log_id" uuid PRIMARY KEY NOT NULL,
	"size" bigint NOT NULL,
	"hashes" "bytea" NOT NULL,
	"published_size" bigint DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "audit_key" (
	"epoch" integer PRIMARY KEY NOT NULL,
	"vkey" text NOT NULL,
	"sealed_seed" "bytea" NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "audit_leaf" (
	"log_id" uuid NOT NULL,
	"leaf_index" bigint NOT NULL,
	"event_id" uuid,
	"head" "bytea",
	"leaf_hash" "bytea" NOT NULL,
	CONSTRAINT "audit_leaf_log_id_leaf_index_pk" PRIMARY KEY("log_id","leaf_index")
);
--> statement-breakpoint
CREATE TABLE "audit_queue" (
	"event_id" uuid PRIMARY KEY NOT NULL,
	"tenant_id" uuid,
	"xid" "xid8" NOT NULL,
	"ordinal" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "deployment" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"singleton" boolean DEFAULT true NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "deployment_singleton_unique" UNIQUE("singleton"),
	CONSTRAINT "deployment_singleton" CHECK ("deployment"."singleton")
);
--> statement-breakpoint
CREATE TABLE "keeper_heartbeat" (
	"keeper_id" uuid PRIMARY KEY NOT NULL,
	"started_at" timestamp (3) with time zone NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"body" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "cmk" (
	"id" uuid PRIMARY KEY NOT NULL,
	"tenant_id" uuid,
	"provider" text NOT NULL,
	"provider_key_id" text NOT NULL,
	"custody" text NOT NULL,
	"number" integer NOT NULL,
	"provider_version" text NOT NULL,
	"health" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "cmk_custody" CHECK ("cmk"."custody" IN ('platform', 'vendor', 'customer')),
	CONSTRAINT "cmk_health" CHECK ("cmk"."health" IN ('enabled', 'disabled', 'pending_import', 'pending_deletion', 'destroyed', 'forbidden', 'throttled', 'unreachable')),
	CONSTRAINT "cmk_platform_has_no_tenant" CHECK (("cmk"."custody" = 'platform') = ("cmk"."tenant_id" IS NULL))
);
--> statement-breakpoint
CREATE TABLE "key" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"name" text NOT NULL,
	"status" text NOT NULL,
	"custody" text NOT NULL,
	"provider" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "key_tenant_id_id_pk" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "key_name" UNIQUE("tenant_id","name"),
	CONSTRAINT "key_name_form" CHECK ("key"."name" ~ '^[a-z0-9][a-z0-9_-]{1,62}$'),
	CONSTRAINT "key_status" CHECK ("key"."status" IN ('enabled', 'suspended', 'shredding', 'shredded')),
	CONSTRAINT "key_custody" CHECK ("key"."custody" IN ('platform', 'vendor', 'customer'))
);
--> statement-breakpoint
CREATE TABLE "key_state_transition" (
	"from_state" text NOT NULL,
	"to_state" text NOT NULL,
	CONSTRAINT "key_state_transition_from_state_to_state_pk" PRIMARY KEY("from_state","to_state")
);
--> statement-breakpoint
CREATE TABLE "key_version" (
	"tenant_id" uuid NOT NULL,
	"key_id" uuid NOT NULL,
	"number" integer NOT NULL,
	"state" text NOT NULL,
	"current" boolean NOT NULL,
	"cmk_id" uuid NOT NULL,
	"cmk_version" text NOT NULL,
	"blob" "bytea" NOT NULL,
	"rev" integer NOT NULL,
	"mac" "bytea" NOT NULL,
	"wraps_reserved" bigint DEFAULT 0 NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "key_version_tenant_id_key_id_number_pk" PRIMARY KEY("tenant_id","key_id","number"),
	CONSTRAINT "key_version_number" CHECK ("key_version"."number" >= 1),
	CONSTRAINT "key_version_state" CHECK ("key_version"."state" IN ('pre-activation', 'active', 'suspended', 'deactivated', 'compromised', 'destroyed')),
	CONSTRAINT "key_version_wraps" CHECK ("key_version"."wraps_reserved" BETWEEN 0 AND 2147483648)
);
--> statement-breakpoint
CREATE TABLE "key_version_transition" (
	"tenant_id" uuid NOT NULL,
	"key_id" uuid NOT NULL,
	"number" integer NOT NULL,
	"rev" integer NOT NULL,
	"from_state" text,
	"to_state" text NOT NULL,
	"at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"actor_type" text NOT NULL,
	"actor_id" text NOT NULL,
	CONSTRAINT "key_version_transition_tenant_id_key_id_number_rev_pk" PRIMARY KEY("tenant_id","key_id","number","rev")
);
--> statement-breakpoint
CREATE TABLE "keyring" (
	"generation" integer PRIMARY KEY NOT NULL,
	"id" uuid NOT NULL,
	"cmk_id" uuid NOT NULL,
	"cmk_version" text NOT NULL,
	"wrapped" "bytea" NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "keyring_id_unique" UNIQUE("id")
);
--> statement-breakpoint
CREATE TABLE "operation" (
	"id" uuid PRIMARY KEY NOT NULL,
	"tenant_id" uuid,
	"kind" text NOT NULL,
	"input" jsonb NOT NULL,
	"state" text DEFAULT 'pending' NOT NULL,
	"source" text NOT NULL,
	"actor_type" text NOT NULL,
	"actor_id" text NOT NULL,
	"req" text NOT NULL,
	"event_id" uuid NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"lease_owner" uuid,
	"lease_until" timestamp (3) with time zone,
	"attempts" integer DEFAULT 0 NOT NULL,
	"outcome" jsonb,
	"error_code" text,
	"error_message" text,
	"finished_at" timestamp (3) with time zone,
	CONSTRAINT "operation_state" CHECK ("operation"."state" IN ('pending', 'running', 'done', 'failed'))
);
--> statement-breakpoint
CREATE TABLE "console_session" (
	"id" uuid PRIMARY KEY NOT NULL,
	"token_hash" "bytea" NOT NULL,
	"person_id" uuid NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"last_seen_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"revoked_at" timestamp (3) with time zone,
	"user_agent" text NOT NULL,
	CONSTRAINT "console_session_token_hash_unique" UNIQUE("token_hash")
);
--> statement-breakpoint
CREATE TABLE "person" (
	"id" uuid PRIMARY KEY NOT NULL,
	"email" text NOT NULL,
	"name" text NOT NULL,
	"role" text NOT NULL,
	"password_hash" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"rev" integer NOT NULL,
	"mac" "bytea" NOT NULL,
	CONSTRAINT "person_email_unique" UNIQUE("email"),
	CONSTRAINT "person_role" CHECK ("person"."role" IN ('owner', 'security-admin', 'approver', 'auditor', 'support', 'tenant-admin', 'tenant-auditor')),
	CONSTRAINT "person_email_lower" CHECK ("person"."email" = lower("person"."email"))
);
--> statement-breakpoint
CREATE TABLE "dek" (
	"tenant_id" uuid NOT NULL,
	"key_id" uuid NOT NULL,
	"record_id" uuid NOT NULL,
	"key_version" integer NOT NULL,
	"wrapped_dek" "bytea" NOT NULL,
	CONSTRAINT "dek_tenant_id_key_id_record_id_pk" PRIMARY KEY("tenant_id","key_id","record_id"),
	CONSTRAINT "dek_wrapped_length" CHECK (octet_length("dek"."wrapped_dek") = 101)
);
--> statement-breakpoint
CREATE TABLE "record" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"key_id" uuid NOT NULL,
	"collection" text NOT NULL,
	"record" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "record_tenant_id_id_pk" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "record_name" UNIQUE("tenant_id","collection","record"),
	CONSTRAINT "record_collection" CHECK (octet_length("record"."collection") BETWEEN 1 AND 200),
	CONSTRAINT "record_record" CHECK (octet_length("record"."record") BETWEEN 1 AND 200)
);
--> statement-breakpoint
CREATE TABLE "record_field" (
	"tenant_id" uuid NOT NULL,
	"record_id" uuid NOT NULL,
	"name" text NOT NULL,
	"ciphertext" "bytea" NOT NULL,
	CONSTRAINT "record_field_tenant_id_record_id_name_pk" PRIMARY KEY("tenant_id","record_id","name")
);
--> statement-breakpoint
CREATE TABLE "rewrap_chunk" (
	"tenant_id" uuid NOT NULL,
	"job_id" uuid NOT NULL,
	"n" integer NOT NULL,
	"after" uuid NOT NULL,
	"upto" uuid NOT NULL,
	"cursor" uuid NOT NULL,
	"moved" bigint DEFAULT 0 NOT NULL,
	"skipped" bigint DEFAULT 0 NOT NULL,
	"failed" bigint DEFAULT 0 NOT NULL,
	"state" text DEFAULT 'open' NOT NULL,
	"lease_owner" uuid,
	"lease_until" timestamp (3) with time zone,
	CONSTRAINT "rewrap_chunk_tenant_id_job_id_n_pk" PRIMARY KEY("tenant_id","job_id","n"),
	CONSTRAINT "rewrap_chunk_state" CHECK ("rewrap_chunk"."state" IN ('open', 'done'))
);
--> statement-breakpoint
CREATE TABLE "rewrap_failure" (
	"tenant_id" uuid NOT NULL,
	"job_id" uuid NOT NULL,
	"record_id" uuid NOT NULL,
	"code" text NOT NULL,
	"at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "rewrap_failure_tenant_id_job_id_record_id_pk" PRIMARY KEY("tenant_id","job_id","record_id")
);
--> statement-breakpoint
CREATE TABLE "rewrap_job" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"key_id" uuid NOT NULL,
	"mode" text DEFAULT 'rewrap' NOT NULL,
	"status" text DEFAULT 'queued' NOT NULL,
	"target_version" integer NOT NULL,
	"max_rate" integer,
	"total" bigint DEFAULT 0 NOT NULL,
	"rate_per_second" double precision DEFAULT 0 NOT NULL,
	"barrier" "xid8",
	"wait_code" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"started_at" timestamp (3) with time zone,
	"completed_at" timestamp (3) with time zone,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"lease_owner" uuid,
	"lease_until" timestamp (3) with time zone,
	CONSTRAINT "rewrap_job_tenant_id_id_pk" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "rewrap_job_status" CHECK ("rewrap_job"."status" IN ('queued', 'running', 'paused', 'waiting', 'finishing', 'completed', 'completed_with_failures', 'cancelled', 'failed')),
	CONSTRAINT "rewrap_job_mode" CHECK ("rewrap_job"."mode" IN ('rewrap', 're-encrypt'))
);
--> statement-breakpoint
CREATE TABLE "tenant" (
	"id" uuid PRIMARY KEY NOT NULL,
	"slug" text NOT NULL,
	"name" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "tenant_slug_unique" UNIQUE("slug"),
	CONSTRAINT "tenant_slug" CHECK ("tenant"."slug" ~ '^[a-z0-9][a-z0-9_-]{1,62}$'),
	CONSTRAINT "tenant_name" CHECK (length("tenant"."name") BETWEEN 1 AND 200)
);
--> statement-breakpoint
CREATE TABLE "service_token" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"prefix" text NOT NULL,
	"hash" "bytea" NOT NULL,
	"scopes" text[] NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"revoked_at" timestamp (3) with time zone,
	"last_used_at" timestamp (3) with time zone,
	"rev" integer NOT NULL,
	"mac" "bytea" NOT NULL,
	CONSTRAINT "service_token_tenant_id_id_pk" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "service_token_prefix_unique" UNIQUE("prefix")
);
--> statement-breakpoint
ALTER TABLE "cmk" ADD CONSTRAINT "cmk_tenant_id_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenant"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "key" ADD CONSTRAINT "key_tenant_id_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenant"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "key_version" ADD CONSTRAINT "key_version_cmk_id_cmk_id_fk" FOREIGN KEY ("cmk_id") REFERENCES "public"."cmk"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "key_version" ADD CONSTRAINT "key_version_tenant_id_key_id_key_tenant_id_id_fk" FOREIGN KEY ("tenant_id","key_id") REFERENCES "public"."key"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "key_version_transition" ADD CONSTRAINT "key_version_transition_tenant_id_key_id_number_key_version_tenant_id_key_id_number_fk" FOREIGN KEY ("tenant_id","key_id","number") REFERENCES "public"."key_version"("tenant_id","key_id","number") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "keyring" ADD CONSTRAINT "keyring_cmk_id_cmk_id_fk" FOREIGN KEY ("cmk_id") REFERENCES "public"."cmk"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "operation" ADD CONSTRAINT "operation_tenant_id_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenant"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "console_session" ADD CONSTRAINT "console_session_person_id_person_id_fk" FOREIGN KEY ("person_id") REFERENCES "public"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "record" ADD CONSTRAINT "record_tenant_id_key_id_key_tenant_id_id_fk" FOREIGN KEY ("tenant_id","key_id") REFERENCES "public"."key"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "record_field" ADD CONSTRAINT "record_field_tenant_id_record_id_record_tenant_id_id_fk" FOREIGN KEY ("tenant_id","record_id") REFERENCES "public"."record"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "rewrap_chunk" ADD CONSTRAINT "rewrap_chunk_tenant_id_job_id_rewrap_job_tenant_id_id_fk" FOREIGN KEY ("tenant_id","job_id") REFERENCES "public"."rewrap_job"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "rewrap_failure" ADD CONSTRAINT "rewrap_failure_tenant_id_job_id_rewrap_job_tenant_id_id_fk" FOREIGN KEY ("tenant_id","job_id") REFERENCES "public"."rewrap_job"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "rewrap_job" ADD CONSTRAINT "rewrap_job_tenant_id_key_id_key_tenant_id_id_fk" FOREIGN KEY ("tenant_id","key_id") REFERENCES "public"."key"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "service_token" ADD CONSTRAINT "service_token_tenant_id_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenant"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "access_window_started" ON "access_window" USING btree ("started_at");--> statement-breakpoint
CREATE INDEX "audit_event_time" ON "audit_event" USING btree ("at","id");--> statement-breakpoint
CREATE INDEX "audit_event_tenant_time" ON "audit_event" USING btree ("tenant_id","at","id");--> statement-breakpoint
CREATE INDEX "audit_event_action_time" ON "audit_event" USING btree ("action","at","id");--> statement-breakpoint
CREATE INDEX "audit_event_actor_time" ON "audit_event" USING btree ("actor_id","at","id");--> statement-breakpoint
CREATE INDEX "audit_event_target" ON "audit_event" USING btree ("target_id","at","id");--> statement-breakpoint
CREATE INDEX "audit_event_not_ok_time" ON "audit_event" USING btree ("outcome","at","id") WHERE outcome <> 'ok';--> statement-breakpoint
CREATE INDEX "audit_event_xid" ON "audit_event" USING btree ("xid");--> statement-breakpoint
CREATE INDEX "audit_event_req" ON "audit_event" USING btree ("req");--> statement-breakpoint
CREATE UNIQUE INDEX "audit_leaf_event" ON "audit_leaf" USING btree ("event_id");--> statement-breakpoint
CREATE INDEX "audit_queue_order" ON "audit_queue" USING btree ("xid","ordinal");--> statement-breakpoint
CREATE UNIQUE INDEX "cmk_one_platform" ON "cmk" USING btree ("custody") WHERE custody = 'platform';--> statement-breakpoint
CREATE UNIQUE INDEX "key_version_one_current" ON "key_version" USING btree ("tenant_id","key_id") WHERE current;--> statement-breakpoint
CREATE INDEX "operation_open" ON "operation" USING btree ("created_at") WHERE state IN ('pending', 'running');--> statement-breakpoint
CREATE INDEX "operation_tenant" ON "operation" USING btree ("tenant_id","created_at");--> statement-breakpoint
CREATE INDEX "console_session_person" ON "console_session" USING btree ("person_id");--> statement-breakpoint
CREATE UNIQUE INDEX "rewrap_job_one_open" ON "rewrap_job" USING btree ("tenant_id","key_id") WHERE status IN ('queued', 'running', 'paused', 'waiting', 'finishing');--> statement-breakpoint
CREATE INDEX "rewrap_job_by_time" ON "rewrap_job" USING btree ("created_at","id");