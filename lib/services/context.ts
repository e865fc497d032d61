import type { Database } from "#db/client.ts";
import type { Source } from "#lib/domain/audit-catalogue.ts";
import type { ActingActor } from "#lib/domain/actor.ts";

/** What every use case is given: never the request itself. */
export type ServiceContext = {
  db: Database;
  /** The process that acts; the database holds it against its login. */
  source: Source;
  actor: ActingActor;
  /** The request's id, shown with every error and written into every event. */
  req: string;
};
