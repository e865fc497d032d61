-- What a job is told of retries, and what its report says: versions before and after, calls of a KMS, latency beside it.
-- A failure names the chunk that counts it, so that a retry takes it out of the counts where it stands.
ALTER TABLE "rewrap_failure" ADD COLUMN "chunk" integer;--> statement-breakpoint
UPDATE "rewrap_failure" f SET "chunk" = coalesce((
  SELECT max(c.n) FROM "rewrap_chunk" c
  WHERE c.tenant_id = f.tenant_id AND c.job_id = f.job_id AND f.record_id > c.after AND f.record_id <= c.upto AND c.failed > 0), 1);--> statement-breakpoint
ALTER TABLE "rewrap_failure" ALTER COLUMN "chunk" SET NOT NULL;--> statement-breakpoint
ALTER TABLE "rewrap_job" ADD COLUMN "retry" text;--> statement-breakpoint
ALTER TABLE "rewrap_job" ADD COLUMN "versions_before" jsonb;--> statement-breakpoint
ALTER TABLE "rewrap_job" ADD COLUMN "versions_after" jsonb;--> statement-breakpoint
ALTER TABLE "rewrap_job" ADD COLUMN "kms_calls" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "rewrap_job" ADD COLUMN "latency" jsonb;
