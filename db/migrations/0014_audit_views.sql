-- Views of the log: a query and its time under a name. And what did not go well of one target, as of one actor or action.
CREATE TABLE "audit_view" (
	"id" uuid PRIMARY KEY NOT NULL,
	"person_id" uuid NOT NULL,
	"name" text NOT NULL,
	"shared" boolean NOT NULL,
	"query" text NOT NULL,
	"from_time" text NOT NULL,
	"to_time" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "audit_view_name" UNIQUE("person_id","name"),
	CONSTRAINT "audit_view_lengths" CHECK (char_length("audit_view"."name") BETWEEN 1 AND 60 AND char_length("audit_view"."query") <= 2000)
);
--> statement-breakpoint
ALTER TABLE "audit_view" ADD CONSTRAINT "audit_view_person_id_person_id_fk" FOREIGN KEY ("person_id") REFERENCES "public"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "audit_event_target_not_ok_time" ON "audit_event" USING btree ("target_id","outcome","at","id") WHERE outcome <> 'ok';
--> statement-breakpoint

CREATE CONSTRAINT TRIGGER audit_view_event AFTER INSERT OR UPDATE OR DELETE ON "audit_view"
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_event('audit.view_');
