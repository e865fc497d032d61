-- A DEK that was moved away from a version is taken off its count once: its wrap sent again stands for no other. Since a
-- version was settled, by somebody who attested that no wrap is left, none is taken off any more.
CREATE TABLE "moved_wrap" (
	"tenant_id" uuid NOT NULL,
	"key_id" uuid NOT NULL,
	"number" integer NOT NULL,
	"dek_id" uuid NOT NULL,
	CONSTRAINT "moved_wrap_tenant_id_key_id_number_dek_id_pk" PRIMARY KEY("tenant_id","key_id","number","dek_id")
);
--> statement-breakpoint
ALTER TABLE "key_version" ADD COLUMN "settled_at" timestamp (3) with time zone;--> statement-breakpoint

UPDATE "key_version" v SET "settled_at" = (
  SELECT max(a.at) FROM "key_version_attestation" a
  WHERE a.tenant_id = v.tenant_id AND a.key_id = v.key_id AND a.number = v.number)
WHERE EXISTS (
  SELECT FROM "key_version_attestation" a
  WHERE a.tenant_id = v.tenant_id AND a.key_id = v.key_id AND a.number = v.number);
--> statement-breakpoint
DO $$
BEGIN
  IF (SELECT count(*) FROM "key_version" WHERE "settled_at" IS NOT NULL)
    <> (SELECT count(*) FROM (SELECT DISTINCT tenant_id, key_id, number FROM "key_version_attestation") AS versions) THEN
    RAISE EXCEPTION 'a version that was attested is not settled';
  END IF;
END $$;
