import { traceInLog } from "#db/queries/find.ts";
import type { Found } from "#lib/domain/found.ts";
import { isUuid } from "#lib/domain/ids.ts";
import { defineOperatorQuery } from "../define-query.ts";
import { FindInput } from "./find-things.ts";

/** Ids have a form of their own; the log is not searched for words here. */
const ID = /^([a-z]+_[0-9a-f]{8,}|[0-9a-f-]{36}(\/\d+)?)$/;

/** The event of an id, or the events about it. */
export const findInLog = defineOperatorQuery({
  permission: "platform-audit:read",
  input: FindInput,
  read: async ({ tx, input }): Promise<Found[]> => {
    const id = input.text.toLowerCase();
    if (!ID.test(id)) return [];
    const trace = await traceInLog(tx, id, isUuid(id));
    const log = (filter: string, label: string): Found => ({
      kind: filter === "request" ? "request" : "log",
      label,
      href: `/audit?${new URLSearchParams({ [filter]: id })}`,
    });
    return [
      ...(trace.event ? [{ kind: "event" as const, label: trace.event, href: `/audit/${id}` }] : []),
      ...(trace.request ? [log("request", "Events of this request")] : []),
      ...(trace.target ? [log("target", "Events about it")] : []),
      ...(trace.actor ? [log("actor", "Events by it")] : []),
    ];
  },
});
