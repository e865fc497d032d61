-- What a chunk was planned with, so that what foreground writes did before the rewrap came is counted exactly.
ALTER TABLE "rewrap_chunk" ADD COLUMN "planned" bigint NOT NULL;
