ALTER TABLE "key_version" ADD COLUMN "issued" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "rewrap_job" ADD COLUMN "intensity" integer DEFAULT 100 NOT NULL;--> statement-breakpoint
ALTER TABLE "tenant" ADD COLUMN "access_log" text DEFAULT 'windows' NOT NULL;--> statement-breakpoint
ALTER TABLE "tenant" ADD COLUMN "compromised_reads" boolean DEFAULT true NOT NULL;--> statement-breakpoint
ALTER TABLE "rewrap_job" ADD CONSTRAINT "rewrap_job_intensity" CHECK ("rewrap_job"."intensity" IN (25, 50, 100));--> statement-breakpoint
ALTER TABLE "tenant" ADD CONSTRAINT "tenant_access_log" CHECK ("tenant"."access_log" IN ('windows', 'requests'));