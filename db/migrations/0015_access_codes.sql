-- Of a window of data access: with which codes it refused and failed.
ALTER TABLE "access_window" ADD COLUMN "codes" jsonb DEFAULT '[]'::jsonb NOT NULL;