import { sql } from "drizzle-orm";
import { boolean, check, integer, pgTable, text } from "drizzle-orm/pg-core";
import type { SampleState } from "../../lib/domain/sample.ts";
import { SAMPLE_STATES } from "../../lib/domain/sample.ts";
import { instant } from "./columns.ts";

const list = (values: readonly string[]) => sql.raw(values.map((value) => `'${value}'`).join(", "));

/** The one sample and how far it is: a run that was cut short goes on from here. */
export const sampleRun = pgTable(
  "sample_run",
  {
    singleton: boolean("singleton").primaryKey().default(true),
    state: text("state").$type<SampleState>().notNull(),
    /** Records for each of its tenants. */
    records: integer("records").notNull(),
    /** Steps that are done, records written and records to write. */
    step: integer("step").notNull().default(0),
    written: integer("written").notNull().default(0),
    total: integer("total").notNull(),
    /** Why it stopped before its end, in a sentence. */
    error: text("error"),
    startedAt: instant("started_at").notNull().defaultNow(),
    updatedAt: instant("updated_at").notNull().defaultNow(),
  },
  (t) => [
    check("sample_run_one", sql`${t.singleton}`),
    check("sample_run_state", sql`${t.state} IN (${list(SAMPLE_STATES)})`),
  ],
);
