CREATE TABLE "sample_run" (
	"singleton" boolean PRIMARY KEY DEFAULT true NOT NULL,
	"state" text NOT NULL,
	"records" integer NOT NULL,
	"step" integer DEFAULT 0 NOT NULL,
	"written" integer DEFAULT 0 NOT NULL,
	"total" integer NOT NULL,
	"error" text,
	"started_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "sample_run_one" CHECK ("sample_run"."singleton"),
	CONSTRAINT "sample_run_state" CHECK ("sample_run"."state" IN ('loading', 'loaded', 'removing'))
);
--> statement-breakpoint
ALTER TABLE "tenant" ADD COLUMN "sample" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "tenant" ADD COLUMN "removed_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "tenant" ADD CONSTRAINT "tenant_removed" CHECK ("tenant"."removed_at" IS NULL OR "tenant"."sample");