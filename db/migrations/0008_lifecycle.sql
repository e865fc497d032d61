-- What a person saw of a key is named by its rev; and the clock of backups runs from when a version was known to be empty.
ALTER TABLE "key" ADD COLUMN "rev" integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "key_version" ADD COLUMN "empty_since" timestamp (3) with time zone;