ALTER TABLE "kms_call_hour" ADD COLUMN "requests" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "kms_call_hour" ADD COLUMN "busiest_second" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "kms_probe" ADD COLUMN "algorithm" text;--> statement-breakpoint
ALTER TABLE "kms_probe" ADD COLUMN "protection" text;